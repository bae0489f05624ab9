/** What the law gives without asking: a notice that everybody may read, and a line in the person's history. */
import assert from "node:assert/strict";
import { ask } from "../please.mjs";
import { NAYANA, openInThePortal } from "../walks.mjs";
import { Visitor } from "../visitor.mjs";

const ROLL = "electoral-roll";

export default async function tell(browser, country) {
  const anybody = await Visitor.arrive(browser, country);
  await anybody.open("portal", `/notice/${ROLL}/${ROLL}`);
  await anybody.at("The Elections Commission will get information about you");
  const told = await anybody.page.locator("main").innerText();
  for (const words of ["The law:", "Elections Act", "Home address", "How to object"]) assert(told.includes(words), `${words}: ${told}`);
  assert.equal(await anybody.page.locator("main form").count(), 0, "nobody is asked");
  await anybody.leave();

  assert.deepEqual((await ask(NAYANA, "fullName address", ROLL)).codes, []);
  const nayana = await Visitor.arrive(browser, country);
  await openInThePortal(nayana, "/history");
  const card = nayana.page.locator(".govuk-summary-card", { hasText: "Electoral Roll" });
  for (const until = Date.now() + 20_000; !(await card.count());) {
    assert(Date.now() < until, "it does not come into the history");
    await nayana.page.reload();
  }
  assert.match(await card.innerText(), /The law: .*Elections Act/);
  assert.doesNotMatch(await nayana.page.locator("main").innerText(), /You said yes/);
  await nayana.leave();
}
