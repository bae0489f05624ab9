/**
 * `node pictures.mjs [FOLDER] [COUNTRY]`: takes the pictures of the citizens' pages, each at 1280 and 390 px, from a country
 * that was started fresh (`./init.sh --fresh --detach`). FOLDER is `docs/pictures` unless it is given; COUNTRY is JSON with the
 * addresses of `passport`, `portal` and `fudi`, the usual ones unless it is given.
 */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { consentIn, goToTheQuestion, openInThePortal, share } from "./walks.mjs";
import { launch, Visitor } from "./visitor.mjs";

const USUAL = { passport: "http://127.0.0.1:3000", portal: "http://127.0.0.1:8081", fudi: "http://127.0.0.1:8090" };
const folder = process.argv[2] ?? fileURLToPath(new URL("../../docs/pictures", import.meta.url));
const country = process.argv[3] ? JSON.parse(process.argv[3]) : USUAL;
mkdirSync(folder, { recursive: true });

/** The page as it stands, whole, at both widths. */
async function take({ page }, name) {
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    await page.evaluate(() => document.activeElement?.blur());
    await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
  }
}

const browser = await launch();
try {
  const nayana = await Visitor.arrive(browser, country);
  await nayana.open("passport", "/");
  await take(nayana, "passport-start");
  await goToTheQuestion(nayana);
  const id = consentIn(nayana.page.url());
  const back = nayana.page.url();
  await take(nayana, "C1-question");
  await nayana.open("passport", "/application");
  await take(nayana, "passport-decide");
  await nayana.page.goto(back);
  await share(nayana, { all: false });
  await take(nayana, "C3-yes");
  await nayana.follow("Continue to Online Passport Application");
  await nayana.at("Check your details");
  await take(nayana, "passport-form");
  await openInThePortal(nayana, `/c/${id}`);
  await nayana.at("You have already answered this");
  await take(nayana, "C4-answered");
  await openInThePortal(nayana, "/c/00000000-0000-4000-8000-000000000000");
  await take(nayana, "C7-not-found");
  await openInThePortal(nayana, "/my");
  await take(nayana, "D1-list");
  await openInThePortal(nayana, `/my/${id}/stop`);
  await take(nayana, "D3-stop");
  await openInThePortal(nayana, "/history");
  await take(nayana, "H1-history");
  await nayana.leave();
} finally {
  await browser.close();
}
