/** A browser that runs no script: everything works as with one. */
import assert from "node:assert/strict";
import { comeBack, goToTheQuestion, share, valueOf } from "../walks.mjs";
import { Visitor } from "../visitor.mjs";

export default async function tell(browser, country) {
  const regina = await Visitor.arrive(browser, country, { width: 390, scripts: false });
  const { page } = regina;
  await goToTheQuestion(regina, "regina");
  const details = page.getByText("What happens to your information");
  await details.click();
  assert(await page.getByText("does not keep a copy").isVisible(), "what is folded opens");
  await share(regina, { all: false });
  await comeBack(regina);
  await regina.at("Check your details");
  assert.equal((await valueOf(page, "Full name"))[0], "Regina Silva");
  await page.getByLabel("Profession").fill("Nurse");
  await page.getByRole("radio", { name: "Female" }).check();
  await page.getByLabel("Telephone number").fill("011 555 0102");
  await regina.follow("Send my application");
  await regina.at("Application sent");
  await regina.open("portal", "/my");
  await regina.follow("See details and stop");
  await regina.follow(/^Stop sharing$/);
  await regina.follow(/^Stop sharing$/);
  await regina.at("You have stopped sharing");
  await regina.leave();

  // No page has a script, whoever looks.
  const anybody = await Visitor.arrive(browser, country);
  for (const [site, path] of [["passport", "/"], ["passport", "/help"], ["portal", "/my"], ["portal", "/help"], ["portal", "/privacy"]]) {
    await anybody.open(site, path);
    assert.equal(await anybody.page.locator("script, [onclick], [onsubmit], [style]").count(), 0, `${site} ${path}`);
  }
  await anybody.leave();
}
