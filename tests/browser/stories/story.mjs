/** Nayana applies for a passport, shares, sends her application, stops, and finds that it holds. */
import assert from "node:assert/strict";
import { comeBack, goToTheQuestion, share, valueOf } from "../walks.mjs";
import { Visitor } from "../visitor.mjs";

export default async function tell(browser, country) {
  const nayana = await Visitor.arrive(browser, country);
  const { page } = nayana;
  await goToTheQuestion(nayana);
  // She need not give her password again: FUDI knows her.
  assert.match(await page.locator("main").innerText(), /Online Passport Application/);
  await share(nayana);
  await comeBack(nayana);

  await nayana.at("Check your details and send your application");
  assert.equal(new URL(page.url()).search, "", "nothing stays in the address");
  const persons = "Verified by the Department of Registration of Persons";
  const births = "Verified by the Registrar General’s Department";
  for (const [key, value, by] of [
    ["Full name", "Nayana Perera", persons],
    ["Home address", "14 Jacaranda Row, Lumina", persons],
    ["Profession", "Civil engineer", persons],
    ["Date of birth", "3 May 1995", births],
    ["Place of birth", "Lumina Mothers' Hospital", births],
  ]) {
    assert.deepEqual(await valueOf(page, key), [value, by]);
  }
  assert.deepEqual(await page.getByRole("textbox").evaluateAll((all) => all.map((one) => one.id)), ["telephone"]);
  await nayana.follow("Send my application");
  await nayana.at("Check your details");
  assert.match(await page.title(), /^Error: /);
  await page.getByRole("link", { name: "Enter a telephone number" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "telephone", "the summary leads to the field");
  await page.getByLabel("Telephone number").fill("011 555 0101");
  await nayana.follow("Send my application");
  await nayana.at("Application sent");
  assert.match(await page.locator(".govuk-panel").innerText(), /PA-20\d\d-\d{6}/);

  await nayana.follow("see what you are sharing, or stop");
  await nayana.at("What you are sharing");
  await nayana.follow("See details and stop");
  await nayana.at("Sharing with the Department of Immigration");
  await nayana.follow(/^Stop sharing$/);
  await nayana.at("Do you want to stop sharing");
  await nayana.follow(/^Stop sharing$/);
  await nayana.at("You have stopped sharing with the Department of Immigration");

  // She applies once more: the application learns that she stopped, and cannot press her.
  await nayana.open("passport", "/sign-out");
  await nayana.follow(/^Sign out$/);
  await nayana.at("You are signed out");
  await nayana.follow("Sign in again");
  assert(page.url().startsWith(country.fudi), "who signed out gives the password again");
  await nayana.signIn("nayana");
  await nayana.follow("Fill in my application");
  await nayana.at("You stopped sharing with us");
  await nayana.follow("Type in my details");
  await nayana.at("Fill in your application");

  // And she changes her mind.
  await page.goBack();
  await nayana.follow("share your information after all");
  await nayana.at("You stopped sharing with the Department of Immigration");
  await nayana.follow("Change my mind");
  await nayana.at("Do you want to share your information");
  await share(nayana, { all: false });
  await nayana.open("passport", "/application");
  await nayana.follow("Look again");
  await nayana.at("Check your details");
  assert.match(await page.locator("#profession-hint").innerText(), /You chose not to share this/);

  const told = nayana.requests.join("\n");
  for (const hers of ["199512345678", "Nayana", "Perera", "Jacaranda", "0101"]) {
    assert(!told.includes(hers), `${hers} stands in an address`);
  }
  await nayana.leave();
}
