/** Ways through the pages that many stories begin with. */
import assert from "node:assert/strict";

export const NAYANA = "199512345678";
export const REGINA = "200012345679";
export const QUESTION = "Do you want to share your information with";

/** Signs in at the passport application. */
export async function beginApplication(visitor, user = "nayana") {
  await visitor.open("passport", "/");
  await visitor.at("Apply for a passport");
  await visitor.follow("Sign in with FUDI and start");
  await visitor.signIn(user);
  await visitor.at("Do you want us to fill in your application?");
}

/** Has the application ask, and goes to the portal's question. Gives the `state` that goes along with her. */
export async function goToTheQuestion(visitor, user = "nayana") {
  await beginApplication(visitor, user);
  await visitor.follow("Fill in my application");
  await visitor.at("Decide what to share with us");
  const link = visitor.page.getByRole("button", { name: "Go to the Farajaland Data Exchange" });
  const state = new URL(await link.getAttribute("href")).searchParams.get("state");
  await link.click();
  await signInToThePortal(visitor, user);
  await visitor.at(QUESTION);
  return state;
}

/** Passes the portal's gate, where it stands. */
export async function signInToThePortal(visitor, user, page = visitor.page) {
  const gate = page.getByRole("button", { name: "Sign in with FUDI" }).or(page.getByRole("link", { name: "Sign in with FUDI" }));
  if (await gate.count()) await gate.first().click();
  await visitor.signIn(user, page);
}

/** Opens a page of the portal as `user`. */
export async function openInThePortal(visitor, path, user = "nayana", page = visitor.page) {
  await visitor.open("portal", path, page);
  await signInToThePortal(visitor, user, page);
}

/** Answers the question that stands there: ticks everything optional with `all`, chooses the first length of time. */
export async function share(visitor, { all = true, page = visitor.page } = {}) {
  if (all) for (const box of await page.getByRole("checkbox").all()) await box.check();
  const length = page.getByRole("radio").first();
  if (await length.count()) await length.check();
  await page.getByRole("button", { name: "Share this information" }).click();
  await visitor.at("You are sharing", page);
}

/** Back to the application by the link that the portal shows. */
export async function comeBack(visitor) {
  await visitor.follow("Continue to Online Passport Application");
}

/** What stands beside `key` in a summary list, and the title of its card. */
export async function valueOf(page, key) {
  const row = page.locator(".govuk-summary-list__row", { has: page.locator("dt", { hasText: new RegExp(`^\\s*${key}\\s*$`) }) });
  const card = page.locator(".govuk-summary-card", { has: row }).locator(".govuk-summary-card__title");
  return [(await row.locator("dd").first().innerText()).trim(), (await card.innerText()).trim()];
}

/** The id of the consent whose page is shown. */
export function consentIn(address) {
  const found = new URL(address).pathname.match(/^\/(?:c|my)\/([0-9a-f-]{36})/);
  assert(found, `no consent in ${address}`);
  return found[1];
}
