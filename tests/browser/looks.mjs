/** Looks at a page as people with other eyes, hands and screens would. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { WIDTHS } from "./visitor.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Everything that axe finds on the page as it stands. It is evaluated by the debugger: the policy lets in no script. */
async function violations(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axe });
  // By itself axe leaves out the size of what is pressed (WCAG 2.2, 2.5.8).
  const expression = `axe.run({ rules: { "target-size": { enabled: true } } }).then(({ violations }) => JSON.stringify(
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, String(target), failureSummary]))))`;
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression, awaitPromise: true });
  assert(!exceptionDetails, JSON.stringify(exceptionDetails));
  await session.detach();
  return JSON.parse(result.value);
}

async function isWiderThanItsWindow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
}

/** What axe and sideways scrolling have to say of the page, at every width; then it is as wide as before. */
async function atEveryWidth(page, what) {
  const [before, found] = [page.viewportSize(), []];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: before.height });
    for (const one of await violations(page)) found.push(`${what}, ${width} px, axe: ${one.join(" ")}`);
    if (await isWiderThanItsWindow(page)) found.push(`${what}, ${width} px: scrolls sideways`);
  }
  await page.setViewportSize(before);
  return found;
}

/** Whether, with the spacing of WCAG 1.4.12, somebody scrolls sideways. */
async function withTextSpacing(page, what) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  const wider = await page.evaluate(() => {
    const set = (element, name, value) => element.style.setProperty(name, value, "important");
    const all = [...document.querySelectorAll("*")];
    for (const element of all) {
      const size = parseFloat(getComputedStyle(element).fontSize);
      set(element, "line-height", "1.5");
      set(element, "letter-spacing", `${0.12 * size}px`);
      set(element, "word-spacing", `${0.16 * size}px`);
      if (element.tagName === "P") set(element, "margin-bottom", `${2 * size}px`);
    }
    const wider = document.documentElement.scrollWidth > window.innerWidth;
    all.forEach((element) => element.removeAttribute("style"));
    return wider;
  });
  await page.setViewportSize(before);
  return wider ? [`${what}: scrolls sideways with more space in its text`] : [];
}

/** Whether what stands at the beginning of a line does so: circles, boxes and bars, in the direction in which people read. */
async function fromTheBeginning(page, what) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const wrong = await page.evaluate(() => {
    const fromTheRight = document.documentElement.dir === "rtl";
    const [start, end] = fromTheRight ? ["Right", "Left"] : ["Left", "Right"];
    const size = (style, name) => parseFloat(style[name]);
    const wrong = [];
    for (const input of document.querySelectorAll("input[type=radio], input[type=checkbox]")) {
      const [box, label, drawn] = [input, input.labels[0]].map((one) => one.getBoundingClientRect())
        .concat([getComputedStyle(input.labels[0], "::before")]);
      const beside = fromTheRight ? box.left >= label.right - 1 : box.right <= label.left + 1;
      if (!beside) wrong.push(`${input.id} is not before its label`);
      if (size(drawn, start.toLowerCase()) > size(drawn, end.toLowerCase())) wrong.push(`${input.id} is drawn behind its label`);
    }
    for (const bar of document.querySelectorAll(".govuk-inset-text, .govuk-form-group--error, .govuk-details__text")) {
      const style = getComputedStyle(bar);
      if (!size(style, `border${start}Width`) || size(style, `border${end}Width`)) wrong.push(`${bar.className} has its bar behind`);
    }
    return wrong;
  });
  await page.setViewportSize(before);
  return wrong.map((one) => `${what}: ${one}`);
}

/** Everything that is wrong with the page as it stands. */
export async function look({ page }, what) {
  return [
    ...(await atEveryWidth(page, what)),
    ...(await withTextSpacing(page, what)),
    ...(await fromTheBeginning(page, what)),
  ];
}

/**
 * Goes through the page with the Tab key. Gives what has the focus at each stop, in order; each must be in view, and look
 * different from how it looked before.
 */
export async function tabStops(page) {
  await page.evaluate(() => {
    document.activeElement?.blur();
    window.scrollTo(0, 0);
  });
  const stops = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const here = document.activeElement;
      if (!here || here === document.body || here.dataset.seen) return null;
      here.dataset.seen = "yes";
      const { top, bottom, left, right } = here.getBoundingClientRect();
      const inView = bottom > 0 && top < window.innerHeight && right > 0 && left < window.innerWidth;
      // What is round or square is drawn by its label's pseudo-elements.
      const drawn = [getComputedStyle(here), ...[...(here.labels ?? [])].map((label) => getComputedStyle(label, "::before"))];
      const seen = drawn.some(({ outlineStyle, outlineWidth, boxShadow, backgroundColor }) =>
        (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none" || backgroundColor === "rgb(255, 221, 0)");
      return { what: here.outerHTML.slice(0, 160), inView, seen };
    });
    if (!stop) break;
    assert(stop.inView, `out of view when it has the focus: ${stop.what}`);
    assert(stop.seen, `looks the same when it has the focus: ${stop.what}`);
    stops.push(stop.what);
    assert(stops.length < 200, "the Tab key leads nowhere");
  }
  await page.evaluate(() => document.querySelectorAll("[data-seen]").forEach((one) => delete one.dataset.seen));
  return stops;
}

/** How many bytes go over the wire when somebody opens the page for the first time: `all` of it, and its `html` alone. */
export async function weight(browser, visitor, address) {
  const cookies = await visitor.context.cookies();
  const context = await browser.newContext();
  await context.addCookies(cookies);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const kinds = new Map();
  const bytes = { all: 0, html: 0 };
  session.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    bytes.all += encodedDataLength;
    if (kinds.get(requestId) === "Document") bytes.html += encodedDataLength;
  });
  await page.goto(address, { waitUntil: "networkidle" });
  await context.close();
  return bytes;
}
