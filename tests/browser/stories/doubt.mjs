/** Who presses twice, goes back, or has the question open twice: one answer is taken, and the page says which. */
import assert from "node:assert/strict";
import { ask } from "../please.mjs";
import { consentIn, goToTheQuestion, openInThePortal, QUESTION, share } from "../walks.mjs";
import { Visitor } from "../visitor.mjs";

const ANSWERED = "You have already answered this";
const NURI = "199176500128";
const SEFA = "198464000913";

export default async function tell(browser, country) {
  await aDoubleClickIsOneAnswer(browser, country);
  await theBackButtonLeadsToWhatWasAnswered(browser, country);
  await ofTwoTabsTheFirstCounts(browser, country);
  await theWayBackWorksOnce(browser, country);
}

async function aDoubleClickIsOneAnswer(browser, country) {
  const nuri = await Visitor.arrive(browser, country);
  const { page } = nuri;
  await goToTheQuestion(nuri, "nuri");
  const id = consentIn(page.url());
  await page.getByRole("radio").first().check();
  await page.getByRole("button", { name: "Share this information" }).dblclick({ noWaitAfter: true });
  await page.waitForURL(/\/done/);
  await nuri.at("You are sharing");

  await nuri.open("portal", `/my/${id}`);
  await page.getByText("What happened so far").click();
  const happened = await page.locator("details li").allInnerTexts();
  assert.equal(happened.filter((line) => line.includes("You shared")).length, 1, happened.join("; "));
  assert.deepEqual((await ask(NURI, "fullName")).codes, []);
  await nuri.leave();
}

async function theBackButtonLeadsToWhatWasAnswered(browser, country) {
  const sefa = await Visitor.arrive(browser, country);
  const { page } = sefa;
  await goToTheQuestion(sefa, "sefa");
  await share(sefa, { all: false });
  await page.goBack();
  await sefa.at(ANSWERED);
  await page.goForward();
  await sefa.at("You are sharing");
  await page.reload();
  await sefa.at("You are sharing");
  await sefa.leave();
}

async function ofTwoTabsTheFirstCounts(browser, country) {
  const tomas = await Visitor.arrive(browser, country);
  const first = tomas.page;
  await goToTheQuestion(tomas, "tomas");
  const second = await tomas.tab();
  await openInThePortal(tomas, new URL(first.url()).pathname, "tomas", second);
  await tomas.at(QUESTION, second);
  await second.getByRole("button", { name: "Do not share" }).click();
  await tomas.at("You said no", second);
  await first.getByRole("radio").first().check();
  await first.getByRole("button", { name: "Share this information" }).click();
  await tomas.at(ANSWERED, first);
  assert.match(await first.locator("main").innerText(), /You said no/);
  const asked = await ask("861234567V", "fullName");
  assert.deepEqual([asked.status, asked.link], ["rejected", null]);
  await tomas.leave();
}

async function theWayBackWorksOnce(browser, country) {
  const yusra = await Visitor.arrive(browser, country);
  const { page } = yusra;
  const state = await goToTheQuestion(yusra, "yusra");
  await share(yusra);
  const back = page.getByRole("button", { name: "Continue to Online Passport Application" });
  const address = await back.getAttribute("href");
  const { origin, pathname, searchParams } = new URL(address);
  assert.equal(`${origin}${pathname}`, `${country.passport}/back`);
  assert.deepEqual([...searchParams], [["consent_id", consentIn(page.url())], ["status", "granted"], ["state", state]]);
  // What the address says is not believed, and somebody else's state is not hers.
  const planted = new URL(address);
  planted.searchParams.set("state", "planted");
  await page.goto(planted.href);
  await yusra.at("We do not know where you came from");
  const denied = new URL(address);
  denied.searchParams.set("status", "denied");
  await page.goto(denied.href);
  await yusra.at("Check your details");
  const again = await page.goto(address);
  assert.equal(again.status(), 403);
  await yusra.at("We do not know where you came from");
  await yusra.follow("Go to your application");
  await yusra.at("Check your details");

  // In a browser where nobody is signed in, the address is worth nothing.
  const stranger = await Visitor.arrive(browser, country);
  await stranger.page.goto(address);
  await stranger.at("Sign in to go on with your application");
  await stranger.leave();
  assert.equal((await ask(SEFA, "fullName")).codes.length, 0, "what others decided has not changed");
  await yusra.leave();
}
