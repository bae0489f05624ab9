/** Who has no mouse: each thing can be reached and is seen when it is; the Enter key never shares. */
import assert from "node:assert/strict";
import { ask } from "../please.mjs";
import { beginApplication, goToTheQuestion, NAYANA } from "../walks.mjs";
import { tabStops } from "../looks.mjs";
import { Visitor } from "../visitor.mjs";

/** Presses Tab until what has the focus is called `words`, then Enter. */
async function press(page, words, key = "Enter") {
  for (let tried = 0; tried < 60; tried += 1) {
    await page.keyboard.press("Tab");
    const called = await page.evaluate(() => {
      const here = document.activeElement;
      return (here.labels?.[0] ?? here).innerText.trim();
    });
    if (called === words) return page.keyboard.press(key);
  }
  return assert.fail(`“${words}” cannot be reached by the keyboard on ${page.url()}`);
}

export default async function tell(browser, country) {
  for (const width of [1280, 320]) {
    const nayana = await Visitor.arrive(browser, country, { width });
    const { page } = nayana;
    if (width === 1280) await goToTheQuestion(nayana);
    else {
      await beginApplication(nayana);
      await press(page, "Fill in my application");
      await nayana.at("Decide what to share with us");
      const stops = await tabStops(page);
      assert(stops.length >= 8, `${stops.length} stops`);
      await press(page, "Go to the Farajaland Data Exchange");
      await page.getByText("Sign in with FUDI").first().click();
      await nayana.at("Do you want to share your information");
    }
    const stops = await tabStops(page);
    const controls = await page.locator("main :is(a[href], button:visible, input:visible, summary)").count();
    const radios = await page.getByRole("radio").count();
    // A group of radio buttons is one stop.
    assert(stops.length >= controls - Math.max(radios - 1, 0), `${stops.length} stops for ${controls} controls`);
    assert.match(stops[0], /skip-link/);

    const question = page.url();
    const fields = await page.locator("main form :is(input[type=checkbox], input[type=radio])").count();
    assert(fields >= 4);
    for (let field = 0; field < fields; field += 1) {
      await page.goto(question);
      await page.locator("main form :is(input[type=checkbox], input[type=radio])").nth(field).focus();
      await page.keyboard.press("Enter");
      await page.getByText("There is a problem").waitFor();
      assert.match(await page.title(), /^Error: /);
      const asked = await ask(NAYANA, "fullName");
      assert.equal(asked.status, "pending", "nothing was shared, and nothing refused");
    }
    if (width === 320) {
      await page.goto(question);
      await press(page, "Just today, for 1 hour", "Space").catch(() => press(page, "1 hour", "Space"));
      await press(page, "Share this information");
      await nayana.at("You are sharing");
      await press(page, "See the details or stop sharing");
      await nayana.at("Sharing with");
      assert((await tabStops(page)).length >= 10);
      await press(page, "Stop sharing");
      await nayana.at("Do you want to stop");
      await press(page, "Stop sharing");
      await nayana.at("You have stopped sharing");
    }
    await nayana.leave();
  }
}
