/** Slow telephones: what each page weighs when it is opened for the first time, style sheets and all. */
import assert from "node:assert/strict";
import { ask } from "../please.mjs";
import { beginApplication, NAYANA, openInThePortal } from "../walks.mjs";
import { weight } from "../looks.mjs";
import { Visitor } from "../visitor.mjs";

/** Bytes over the wire, headers and all. */
const MOST = { all: 40_000, html: 10_000 };

export default async function tell(browser, country) {
  const { link } = await ask(NAYANA, "fullName otherNames address profession dateOfBirth sex birthInfo { birthPlace district }");
  const nayana = await Visitor.arrive(browser, country);
  await beginApplication(nayana);
  await openInThePortal(nayana, new URL(link).pathname);
  const question = new URL(link).pathname;
  for (const [site, path] of [
    ["passport", "/"],
    ["passport", "/application"],
    ["passport", "/application/form"],
    ...country.languages.map((language) => ["portal", `${question}?lang=${language}`]),
    ["portal", "/my"],
    ["portal", "/history"],
    ["portal", "/help"],
    ["fudi", "/oauth2/authorize"],
  ]) {
    const bytes = await weight(browser, nayana, `${country[site]}${path}`);
    for (const [what, most] of Object.entries(MOST)) {
      assert(bytes[what] > 300 && bytes[what] < most, `${site} ${path}: ${bytes[what]} bytes of ${what}, at most ${most}`);
    }
  }
  await nayana.leave();
}
