/**
 * `node run.mjs STORY COUNTRY`: runs `stories/STORY.mjs` in Chromium. COUNTRY is JSON: the addresses of `passport`, `portal`,
 * `gateway` and `fudi`, and the `languages` of the portal. Ends with 1, and says why on standard error, when something is wrong.
 */
import { launch } from "./visitor.mjs";
import { hear, hush } from "./please.mjs";

const [story, described] = process.argv.slice(2);
const country = JSON.parse(described);
const { default: tell } = await import(`./stories/${story}.mjs`);
const browser = await launch();
hear();
try {
  await tell(browser, country);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
  hush();
}
