/** What the portal tells people whom it does not concern: nothing, and the same nothing. */
import assert from "node:assert/strict";
import { ask } from "../please.mjs";
import { consentIn, openInThePortal, REGINA } from "../walks.mjs";
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
  await nayana.leave();
  await stranger.leave();
}
