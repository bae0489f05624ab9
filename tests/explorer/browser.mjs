/**
 * `node browser.mjs GATEWAY FUDI`: goes through /explorer as a person would, in Chromium. Prints `{"consent": link}` where a
 * citizen must decide, and goes on after a line on standard input. Ends with 1, and says why on standard error, when
 * something is wrong.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [gateway, fudi] = process.argv.slice(2);
const pictures = process.env.EXPLORER_PICTURES;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((one) => existsSync(one));
assert(executablePath, "Chromium is needed");

/** A page of its own; `wrong` collects what a console, a policy or a stray request has to say. */
async function open(browser, width) {
  const context = await browser.newContext({ viewport: { width, height: width > 600 ? 900 : 844 } });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && ![gateway, fudi].includes(origin)) wrong.push(`request to ${request.url()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error(`policy: ${violatedDirective} ${blockedURI}`),
    );
  });
  await page.goto(`${gateway}/explorer`);
  return { context, page, wrong };
}

/** Everything that axe finds on the page as it stands. It is evaluated by the debugger: the policy lets in no script. */
async function violations({ context, page }) {
  const session = await context.newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axe });
  // CodeMirror's scroller takes no focus; the text field beside it does, and scrolls it by keys.
  const expression = `axe.run().then(({ violations }) => JSON.stringify(violations
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => [id, String(target)]))
    .filter(([id, target]) => !(id === "scrollable-region-focusable" && target.endsWith(".CodeMirror-scroll")))))`;
  const { result } = await session.send("Runtime.evaluate", { expression, awaitPromise: true });
  return JSON.parse(result.value);
}

async function accessible(opened, what) {
  assert.deepEqual(await violations(opened), [], `axe, ${what}`);
  const { page } = opened;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert(!wide, `the page is wider than its window, ${what}`);
  if (pictures) await page.screenshot({ path: `${pictures}/${what.replaceAll(" ", "-")}.png`, fullPage: true });
}

const answer = (page) => page.evaluate(() => document.querySelector(".result-window .CodeMirror").CodeMirror.getValue());

/** Sends what stands in the editor, by the keyboard, and waits until the answer holds `text`. */
async function send(page, text) {
  await page.getByRole("textbox", { name: "Question" }).focus();
  await page.keyboard.press("Control+Enter");
  await page
    .waitForFunction(
      (text) => document.querySelector(".result-window .CodeMirror").CodeMirror.getValue().includes(text),
      text,
      { timeout: 10_000 },
    )
    .catch(async () => assert.fail(`no ${text} in ${await answer(page)}`));
}

async function ready({ page }) {
  await page.getByRole("textbox", { name: "Question" }).waitFor({ state: "attached" });
}

async function getToken(page) {
  const read = page.waitForResponse((response) => response.url() === `${gateway}/graphql`);
  await page.getByRole("button", { name: "Get a sandbox token" }).click();
  await page.getByText("You ask as passport-app now").waitFor();
  assert.equal((await read).status(), 200, "the schema is read by introspection");
}

async function story(browser, lines) {
  const opened = await open(browser, 1280);
  const { context, page, wrong } = opened;
  await ready(opened);
  await send(page, "Who asks?");
  await accessible(opened, "wide without a token");
  await getToken(page);

  await page.getByRole("button", { name: "Passport form" }).click();
  await send(page, "CE_NOT_APPROVED");
  const link = page.getByRole("status").getByRole("link", { name: "Open the request for consent" });
  const address = await link.getAttribute("href");
  assert.equal(address, JSON.parse(await answer(page)).errors[0].extensions.consentPortalUrl);
  assert.deepEqual([await link.getAttribute("target"), await link.getAttribute("rel")], ["_blank", "noopener noreferrer"]);
  await accessible(opened, "wide with a consent link");

  console.log(JSON.stringify({ consent: address }));
  await lines.next();
  await send(page, "Nayana Perera");
  assert.equal(await page.getByRole("status").getByRole("link").count(), 0, "the link is gone with the next answer");

  await page.getByRole("button", { name: "With variables" }).click();
  await send(page, "Lumina");
  await page.getByRole("button", { name: "Refused by policy" }).click();
  await send(page, "PDP_NOT_ALLOWED");
  await page.getByRole("button", { name: "What can be asked?" }).click();
  await send(page, "queryType");

  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.getByRole("link", { name: "PersonInfo", exact: true }).click();
  await page.getByText("A person, as the registers know her.").waitFor();
  await accessible(opened, "wide with documentation");
  await page.getByRole("button", { name: "Open short keys dialog" }).click();
  await page.getByRole("dialog").waitFor();
  await accessible(opened, "wide with a dialog");
  await page.keyboard.press("Escape");

  const stored = await page.evaluate(() => localStorage.length + sessionStorage.length);
  assert.equal(stored, 0, "nothing is stored");
  assert.deepEqual(await context.cookies(), [], "nor as a cookie");
  await page.reload();
  await ready(opened);
  assert.equal(await page.getByLabel("Access token").inputValue(), "", "the token is gone with the page");
  assert.deepEqual(wrong, []);
  await context.close();
}

async function narrow(browser) {
  const opened = await open(browser, 390);
  await ready(opened);
  await getToken(opened.page);
  await opened.page.getByRole("button", { name: "Two people" }).click();
  await send(opened.page, "CE_NOT_APPROVED");
  await accessible(opened, "narrow with a consent link");
  assert.deepEqual(opened.wrong, []);
  await opened.context.close();
}

/** An answer with an address that is no page's must not become a link. */
async function planted(browser) {
  const opened = await open(browser, 1280);
  const { page, context } = opened;
  await ready(opened);
  const urls = ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example", "https://portal.example/c/1"];
  await page.route(`${gateway}/graphql`, (route) =>
    route.fulfill({ json: { data: null, errors: urls.map((url) => ({ message: "no", extensions: { consentManageUrl: url } })) } }),
  );
  await page.getByLabel("Access token").fill("x");
  await send(page, "elsewhere.example");
  const links = await page.getByRole("status").getByRole("link").evaluateAll((all) => all.map((one) => one.href));
  assert.deepEqual(links, ["https://portal.example/c/1"]);
  await context.close();
}

/** Without scripts the page says so, and how to ask all the same; read from what a screen reader would get. */
async function withoutScripts() {
  const browser = await launch("--blink-settings=scriptEnabled=false");
  try {
    const page = await browser.newPage();
    await page.goto(`${gateway}/explorer`);
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    const text = nodes.filter(({ role }) => role?.value === "StaticText").map(({ name }) => name.value).join(" ");
    for (const words of ["This page needs JavaScript", "curl", "Authorization: Bearer $TOKEN"]) assert(text.includes(words), text);
  } finally {
    await browser.close();
  }
}

function launch(...args) {
  return chromium.launch({ executablePath, args: ["--no-sandbox", ...args] });
}

const browser = await launch();
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
try {
  await story(browser, lines);
  await narrow(browser);
  await planted(browser);
  await withoutScripts();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
  process.stdin.destroy();
}
