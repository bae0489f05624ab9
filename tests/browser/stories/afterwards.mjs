/** What Nayana can see and do after she has shared: who got what, her receipt, the stop that holds at once, and the block. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ask } from "../please.mjs";
import { comeBack, consentIn, goToTheQuestion, NAYANA, openInThePortal, share } from "../walks.mjs";
import { Visitor } from "../visitor.mjs";

export default async function tell(browser, country) {
  const nayana = await Visitor.arrive(browser, country);
  const { page } = nayana;
  await goToTheQuestion(nayana);
  const id = consentIn(page.url());
  await share(nayana, { all: false });
  await comeBack(nayana);
  await nayana.at("Check your details");

  await seesWhoGotIt(nayana, id);
  await provesWhatSheDecided(browser, nayana, id);
  await stopsAndItHoldsAtOnce(nayana, id);
  await doesNotLetThemAsk(nayana, id);
  await nayana.leave();
}

/** The newest card of the history that says `result`: it is written beside the answer, a moment later. */
async function newestUse(visitor, result) {
  const { page } = visitor;
  await openInThePortal(visitor, "/history");
  await visitor.at("Who got your information");
  const card = page.locator(".govuk-summary-card").first();
  for (const until = Date.now() + 20_000; !(await card.count()) || !(await card.innerText()).includes(result);) {
    assert(Date.now() < until, `“${result}” is not the newest: ${await page.locator("main").innerText()}`);
    await page.reload();
  }
  return card;
}

async function seesWhoGotIt(nayana, id) {
  const { page } = nayana;
  const card = await newestUse(nayana, "They got");
  const said = await card.innerText();
  for (const words of ["The Department of Immigration", "Online Passport Application", "Home address", "passport application", "You said yes"]) {
    assert(said.includes(words), `${words}: ${said}`);
  }
  assert.equal(await card.locator("dd a").first().getAttribute("href"), `/my/${id}`);
  await card.getByRole("link", { name: "See details" }).click();
  await nayana.at("got your information on");
  assert.match(await page.locator("main").innerText(), /The number of this request: [0-9a-f]{32}/);
  await page.getByLabel("What is wrong?").fill("I want to know who looked.");
  await nayana.follow("Send");
  await nayana.at("We have passed this on");
}

async function provesWhatSheDecided(browser, nayana, id) {
  await openInThePortal(nayana, `/my/${id}/receipt`);
  await nayana.at("Receipt");
  const downloading = nayana.page.waitForEvent("download");
  await nayana.follow("Download the signed receipt");
  const receipt = readFileSync(await (await downloading).path(), "utf8");
  assert(!receipt.includes(NAYANA), "it does not say her number");

  // Anybody can check it, and finds what was changed.
  const official = await Visitor.arrive(browser, nayana.country);
  const check = async (text) => {
    await official.open("portal", "/verify");
    await official.page.locator("#file").setInputFiles({ name: "receipt.json", mimeType: "application/json", buffer: Buffer.from(text) });
    await official.follow("Check it");
  };
  await check(receipt);
  await official.at("This receipt is genuine");
  const { signature } = JSON.parse(receipt);
  const place = Math.floor(receipt.indexOf(signature) + signature.length / 2);
  const other = receipt[place] === "A" ? "B" : "A";
  await check(`${receipt.slice(0, place)}${other}${receipt.slice(place + 1)}`);
  await official.at("This receipt proves nothing");
  await official.leave();
}

async function stopsAndItHoldsAtOnce(nayana, id) {
  await openInThePortal(nayana, `/my/${id}/stop`);
  await nayana.follow(/^Stop sharing$/);
  await nayana.at("You have stopped sharing");
  // The very next question.
  const asked = await ask(NAYANA, "fullName");
  assert.deepEqual([asked.codes, asked.status, asked.link], [["CE_NOT_APPROVED"], "revoked", null]);
  const card = await newestUse(nayana, "They were refused");
  assert.match(await card.innerText(), /It needs your yes/);
}

async function doesNotLetThemAsk(nayana, id) {
  const { page } = nayana;
  await openInThePortal(nayana, `/my/${id}`);
  await nayana.follow("Change my mind");
  await nayana.at("Do you want to share");
  await nayana.follow("I did not ask for this");
  await nayana.at("You said no");
  await nayana.follow("Do not let them ask me again");
  await nayana.at("Do you want to stop the Department of Immigration from asking you?");
  await nayana.follow("Do not let them ask");
  await nayana.at("Settings");
  assert.match(await page.locator("main").innerText(), /You do not let the Online Passport Application ask you/);
  const asked = await ask(NAYANA, "fullName profession");
  assert.deepEqual([asked.status, asked.link], ["rejected", null]);
  await nayana.follow("Let them ask again");
  await nayana.at("Settings");
  assert.doesNotMatch(await page.locator("main").innerText(), /You do not let/);
}
