/** The request ends while she reads it. The country of this story lets a request wait for a few seconds only. */
import assert from "node:assert/strict";
import { comeBack, goToTheQuestion } from "../walks.mjs";
import { look } from "../looks.mjs";
import { Visitor } from "../visitor.mjs";

export default async function tell(browser, country) {
  const nayana = await Visitor.arrive(browser, country);
  const { page } = nayana;
  await goToTheQuestion(nayana);
  await page.getByRole("radio").first().check();
  // She reads for so long that it ends.
  for (let status = 200; status !== 410; ) {
    status = (await nayana.context.request.get(page.url())).status();
    assert([200, 410].includes(status), `${status}`);
  }
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByRole("button", { name: "Share this information" }).click();
  assert.equal((await answered).status(), 410);
  await nayana.at("This request has ended");
  assert.match(await page.locator("main").innerText(), /Nothing was shared/);
  assert.deepEqual(await look(nayana, "ended"), []);

  // Back at the application, which asks again and says what happened.
  await comeBack(nayana);
  await nayana.at("Decide what to share with us");
  assert.match(await page.locator("main").innerText(), /You were asked before. That ended at .* and nothing was shared/);
  assert.deepEqual(await look(nayana, "asked again"), []);
  await nayana.leave();
}
