/** Every page of the portal, at three widths, in every language: axe finds nothing, and nobody scrolls sideways. */
import assert from "node:assert/strict";
import { ask } from "../please.mjs";
import { look } from "../looks.mjs";
import { consentIn, goToTheQuestion, NAYANA, openInThePortal, REGINA } from "../walks.mjs";
import { Visitor } from "../visitor.mjs";

/** Everything that is wrong is told at once, at the end. */
const found = [];
const NOBODYS = "/c/00000000-0000-4000-8000-000000000000";

/** Looks at a page of the portal in each language, and leaves it in the first. */
async function inEachLanguage(visitor, what, path, then = async () => {}) {
  const { page, country } = visitor;
  for (const language of [...country.languages.slice(1), country.languages[0]]) {
    await visitor.open("portal", `${path}${path.includes("?") ? "&" : "?"}lang=${language}`);
    await then(page);
    assert.equal(await page.locator("html").getAttribute("lang"), language, what);
    found.push(...(await look(visitor, `${what}, ${language}`)));
  }
}

export default async function tell(browser, country) {
  const stranger = await Visitor.arrive(browser, country);
  const open = ["/help", "/privacy", "/accessibility", "/sources", "/verify", "/notice/electoral-roll/electoral-roll"];
  for (const path of ["/my", "/history", "/settings", "/signed-out", "/signed-in?state=a&code=b", "/no-such-page", ...open]) {
    await inEachLanguage(stranger, path, path);
  }
  for (const [text, what] of [["", "nothing to check"], ["{}", "a receipt that proves nothing"]]) {
    await inEachLanguage(stranger, what, "/verify", async (page) => {
      await page.locator("textarea").fill(text);
      await page.locator("main form button").click();
      await page.locator("textarea").or(page.locator("main a")).first().waitFor();
    });
  }
  await stranger.leave();

  const nayana = await Visitor.arrive(browser, country);
  const { page } = nayana;
  await goToTheQuestion(nayana);
  const id = consentIn(page.url());
  const question = `/c/${id}`;
  await inEachLanguage(nayana, "the list, waiting", "/my");
  await inEachLanguage(nayana, "the question", question);
  await inEachLanguage(nayana, "the question with mistakes", question, async () => {
    await page.locator("button[name=decision][value=share]").click();
    await page.locator(".govuk-error-summary").waitFor();
  });
  await inEachLanguage(nayana, "not hers", NOBODYS);
  await inEachLanguage(nayana, "sign out?", "/sign-out");
  await inEachLanguage(nayana, "the settings", "/settings");
  await inEachLanguage(nayana, "the way back is not registered", `${question}?return_uri=https%3A%2F%2Felsewhere.example%2F`);

  await openInThePortal(nayana, question);
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await page.getByRole("checkbox").first().uncheck();
  await page.getByRole("radio").last().check();
  await page.getByRole("button", { name: "Share this information" }).click();
  await nayana.at("You are sharing some of your information");
  await inEachLanguage(nayana, "yes in part", `${question}/done`);
  await inEachLanguage(nayana, "answered", question);
  await inEachLanguage(nayana, "the list", "/my");
  await inEachLanguage(nayana, "the details", `/my/${id}`);
  await inEachLanguage(nayana, "stop one thing?", `/my/${id}/stop-some`);
  await inEachLanguage(nayana, "less time?", `/my/${id}/less-time`);
  for (const less of ["stop-some", "less-time"]) {
    await inEachLanguage(nayana, `${less} with a mistake`, `/my/${id}/${less}`, async () => {
      await page.locator("main form button").first().click();
      await page.locator(".govuk-error-summary").waitFor();
    });
  }
  await inEachLanguage(nayana, "the receipt", `/my/${id}/receipt`);
  const receipt = await (await nayana.context.request.get(`${country.portal}/my/${id}/receipt.json`)).text();
  await inEachLanguage(nayana, "a genuine receipt", "/verify", async () => {
    await page.locator("textarea").fill(receipt);
    await page.locator("main form button").click();
    await page.locator(".govuk-panel").waitFor();
  });
  await openInThePortal(nayana, `/my/${id}/less-time`);
  await page.getByRole("radio").first().check();
  await nayana.follow("Change the time");
  await nayana.at("You have changed");
  await inEachLanguage(nayana, "changed", `/my/${id}/changed`);
  await inEachLanguage(nayana, "stop?", `/my/${id}/stop`);
  await page.locator("main form button").last().click();
  await nayana.at("You have stopped sharing");
  await inEachLanguage(nayana, "stopped", `/my/${id}/stopped`);
  await inEachLanguage(nayana, "the list of what has ended", "/my?show=ended");
  await inEachLanguage(nayana, "the details of what has ended", `/my/${id}`);

  await ask(NAYANA, "fullName", "electoral-roll");
  await inEachLanguage(nayana, "who got what", "/history");
  await inEachLanguage(nayana, "what rests on one answer", `/history?consent=${id}`);
  await inEachLanguage(nayana, "what she was told", `/my/${id}`, async () => {
    for (const details of await page.locator("main summary").all()) await details.click();
  });
  await inEachLanguage(nayana, "days that are none", "/history?from=2026-11-21&until=2026-11-20");
  await openInThePortal(nayana, "/history");
  await page.locator(".govuk-summary-card__actions a").first().click();
  const use = new URL(page.url()).pathname;
  await inEachLanguage(nayana, "one use", use);
  await inEachLanguage(nayana, "what is wrong, with a mistake", use, async () => {
    await page.locator("main form button").click();
    await page.locator(".govuk-error-summary").waitFor();
  });
  await openInThePortal(nayana, use);
  await page.locator("textarea").fill("I did not know them.");
  await page.locator("main form button").click();
  await nayana.at("We have passed this on");
  await inEachLanguage(nayana, "passed on", `${use}/sent`);

  await inEachLanguage(nayana, "block them?", `/my/${id}/block`);
  await openInThePortal(nayana, `/my/${id}/block`);
  await page.locator("main form button").click();
  await nayana.at("Settings");
  await inEachLanguage(nayana, "the settings with somebody blocked", "/settings");
  await nayana.leave();

  const regina = await Visitor.arrive(browser, country);
  const reginas = `/c/${consentIn((await ask(REGINA, "fullName profession")).link)}`;
  await openInThePortal(regina, reginas, "regina");
  await regina.page.getByRole("button", { name: "Do not share" }).click();
  await regina.at("You said no");
  await inEachLanguage(regina, "no", `${reginas}/done`);
  await inEachLanguage(regina, "the list of what was refused", "/my?show=no");
  await regina.leave();
  assert.deepEqual(found, []);
}
