/** Something that its register marks as sensitive: FUDI asks for a code as well, and only then is there anything to see. */
import assert from "node:assert/strict";
import { ask } from "../please.mjs";
import { look } from "../looks.mjs";
import { NAYANA, openInThePortal, QUESTION, share } from "../walks.mjs";
import { Visitor } from "../visitor.mjs";

export default async function tell(browser, country) {
  const asked = await ask(NAYANA, "fullName profession");
  const question = new URL(asked.link).pathname;
  const nayana = await Visitor.arrive(browser, country);
  const { page } = nayana;
  await openInThePortal(nayana, question);
  await nayana.at("Sign in again to see this request");
  assert.doesNotMatch(await page.locator("main").innerText(), /Passport|Immigration/, "it says nothing about the request");
  assert.deepEqual(await look(nayana, "sign in again"), []);
  await nayana.follow("Sign in again with FUDI");
  assert(page.url().startsWith(country.fudi), "FUDI asks for more");
  assert.equal(await page.locator("input[name=code]").count(), 1, "for a code");
  await nayana.signIn("nayana");
  await nayana.at(QUESTION);
  await share(nayana);
  assert.deepEqual((await ask(NAYANA, "fullName profession")).codes, []);
  await nayana.leave();
}
