/** Somebody at a browser that was never used. Everything that the browser does behind the page's back is written down. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { code } from "./please.mjs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function launch() {
  const executablePath = PLACES.find((one) => existsSync(one));
  assert(executablePath, "Chromium is needed");
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

export const WIDTHS = [1280, 390, 320];

const HEIGHTS = { 1280: 900, 390: 844, 320: 640 };

export class Visitor {
  /** With `scripts: false`, the browser runs no script at all. */
  static async arrive(browser, country, { width = 1280, scripts = true, ...more } = {}) {
    const viewport = { width, height: HEIGHTS[width] ?? 900 };
    const context = await browser.newContext({ viewport, javaScriptEnabled: scripts, ...more });
    const visitor = new Visitor(context, country);
    visitor.page = await visitor.tab();
    return visitor;
  }

  constructor(context, country) {
    this.context = context;
    this.country = country;
    /** What a console, a policy or a stray request has to say. */
    this.wrong = [];
    /** Every address that was asked for, with the method. */
    this.requests = [];
    const ours = [country.passport, country.portal, country.fudi, country.elsewhere];
    context.on("request", (request) => {
      const { origin } = new URL(request.url());
      this.requests.push(`${request.method()} ${request.url()}`);
      if (!ours.includes(origin)) this.wrong.push(`request to ${request.url()}`);
    });
  }

  /** Another tab of the same browser. */
  async tab() {
    const page = await this.context.newPage();
    page.setDefaultTimeout(60_000);
    page.on("console", (message) => {
      // A browser writes down that a page came with an error's status, which some of ours must.
      const known = message.text().startsWith("Failed to load resource: the server responded with a status of");
      if (["error", "warning"].includes(message.type()) && !known) this.wrong.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.wrong.push(`error: ${error.message}`));
    return page;
  }

  /** Opens an address of ours, e.g. `portal`, `/my`. */
  async open(site, path, page = this.page) {
    return page.goto(`${this.country[site]}${path}`);
  }

  heading(page = this.page) {
    return page.locator("h1").innerText();
  }

  /** The page with this heading is there; its words stand in the error when it is not. */
  async at(heading, page = this.page) {
    const found = page.locator("h1", { hasText: heading });
    await found.waitFor({ timeout: 30_000 }).catch(async () => {
      assert.fail(`not “${heading}” but “${await this.heading(page)}” at ${page.url()}`);
    });
  }

  /** Presses what is called so in the page's main part, a link or a button. */
  async follow(words, page = this.page) {
    const main = page.locator("main");
    await main.getByRole("link", { name: words }).or(main.getByRole("button", { name: words })).first().click();
  }

  /** Fills in the identity provider's form, when it asks. */
  async signIn(user, page = this.page) {
    const { fudi } = this.country;
    if (!page.url().startsWith(fudi)) return;
    const password = page.getByLabel("Password");
    if (await password.count()) {
      await page.getByLabel("User name").fill(user);
      await password.fill("sandbox");
      await page.getByRole("button", { name: "Sign in" }).click();
    }
    while (page.url().startsWith(fudi) && (await page.locator("input[name=code]").count())) {
      await page.locator("input[name=code]").fill(await code(user));
      await page.getByRole("button").click();
    }
  }

  /** Nothing happened behind the pages' back. */
  async leave() {
    assert.deepEqual(this.wrong, []);
    await this.context.close();
  }
}
