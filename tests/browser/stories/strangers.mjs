/** What the portal tells people whom it does not concern: nothing, and the same nothing. */
import assert from "node:assert/strict";
import { ask } from "../please.mjs";
import { consentIn, NAYANA, openInThePortal, REGINA } from "../walks.mjs";
import { Visitor } from "../visitor.mjs";

const NOBODYS = "/c/00000000-0000-4000-8000-000000000000";
/** What differs between any two answers. */
const ALWAYS_OTHERS = ["date", "x-trace-id"];

async function answer(visitor, path) {
  const response = await visitor.context.request.get(`${visitor.country.portal}${path}`, { maxRedirects: 0 });
  const headers = response.headers();
  ALWAYS_OTHERS.forEach((name) => delete headers[name]);
  return { status: response.status(), headers, body: (await response.body()).toString("base64") };
}

export default async function tell(browser, country) {
  const nayanas = (await ask(NAYANA, "fullName")).link;
  const reginas = consentIn((await ask(REGINA, "fullName")).link);

  const nayana = await Visitor.arrive(browser, country);
  await openInThePortal(nayana, NOBODYS);
  await nayana.at("We cannot find this request");
  assert.match(await nayana.page.locator("main").innerText(), /signed in as Nayana Perera \(ID ending 5678\)/);
  const unknown = await answer(nayana, NOBODYS);
  assert.equal(unknown.status, 404);
  for (const path of [`/c/${reginas}`, `/c/${reginas}/done`, `/my/${reginas}`, `/my/${reginas}/stop`, `/my/${reginas}/stopped`]) {
    assert.deepEqual(await answer(nayana, path), unknown, `${path} to the last byte`);
  }

  const stranger = await Visitor.arrive(browser, country);
  const gate = async (path) => {
    const { status, headers, body } = await answer(stranger, path);
    const text = Buffer.from(body, "base64").toString().replaceAll(path.slice(3), "ID");
    return { status, headers, text };
  };
  assert.deepEqual(await gate(`/c/${reginas}`), await gate(NOBODYS), "who is not signed in learns nothing");
  // Back to the application, but only to an address that it has registered, letter by letter.
  const path = new URL(nayanas).pathname;
  const registered = `${country.passport}/back`;
  for (const planted of [
    "https://evil.example/back",
    `${registered}/`,
    `${registered}?x=1`,
    `${registered}#x`,
    `${country.passport}/BACK`,
    `${country.passport}@evil.example/back`,
    "javascript:alert(1)",
    "//evil.example/back",
  ]) {
    await openInThePortal(nayana, `${path}?return_uri=${encodeURIComponent(planted)}&state=s`);
    const links = await nayana.page.locator("a[href]").evaluateAll((all) => all.map((one) => one.href));
    const elsewhere = links.filter((one) => !one.startsWith(`${country.portal}/`));
    assert.deepEqual(elsewhere, [], `no link leads away for ${planted}`);
    assert.match(await nayana.page.locator("main").innerText(), /not one that the Online Passport Application has given us/);
  }
  await openInThePortal(nayana, `${path}?return_uri=${encodeURIComponent(registered)}&state=s`);
  const links = await nayana.page.locator("a[href]").evaluateAll((all) => all.map((one) => one.href));
  assert(links.some((one) => one.startsWith(`${registered}?`) && one.includes("status=deferred") && one.endsWith("state=s")), `${links}`);
  await nayana.leave();
  await stranger.leave();
}
