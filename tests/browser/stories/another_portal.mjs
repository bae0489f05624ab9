/**
 * A portal by other hands, as OpenDIF's is: a page of another origin signs Nayana in by itself, and asks the citizens' API with
 * her token: the list, one of them, yes, and once more.
 */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { ask } from "../please.mjs";
import { consentIn, NAYANA } from "../walks.mjs";
import { Visitor } from "../visitor.mjs";

const CLIENT = "CONSENT_PORTAL_APP";
const LISTED = "http://localhost:5173";
const NOT_LISTED = "http://localhost:5174";

/** A server that gives the portal's page, where it is registered to be. */
async function serve(origin) {
  const html = "<!doctype html><html lang=en><title>Consents</title><link rel=icon href='data:,'><h1>Consents</h1>";
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(html));
  server.listen(Number(new URL(origin).port), "localhost");
  await once(server, "listening");
  return server;
}

/** Her access token, by the authorization code flow with PKCE (RFC 7636): a page can keep no secret. */
async function token(visitor) {
  const { page, country } = visitor;
  const verifier = randomBytes(32).toString("base64url");
  const asked = new URLSearchParams({
    response_type: "code", client_id: CLIENT, redirect_uri: LISTED, scope: "openid profile email", state: "s",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256",
  });
  await page.goto(`${country.fudi}/oauth2/authorize?${asked}`);
  await visitor.signIn("nayana");
  await page.waitForURL((address) => address.origin === LISTED);
  const code = new URL(page.url()).searchParams.get("code");
  const form = { grant_type: "authorization_code", client_id: CLIENT, redirect_uri: LISTED, code, code_verifier: verifier };
  const given = await page.evaluate(async ([address, form]) => {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(form) });
    return answer.json();
  }, [`${country.fudi}/oauth2/token`, form]);
  assert.equal(given.token_type, "Bearer", JSON.stringify(given));
  return given.access_token;
}

/** A call that the page makes. */
function call(visitor, bearer, method, path, body) {
  return visitor.page.evaluate(async ([address, bearer, method, body]) => {
    const headers = { Authorization: `Bearer ${bearer}`, "Content-Type": "application/json" };
    const answer = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, etag: answer.headers.get("etag"), body: await answer.json() };
  }, [`${visitor.country.portal}/api/v1${path}`, bearer, method, body]);
}

export default async function tell(browser, country) {
  const id = consentIn((await ask(NAYANA, "fullName")).link);
  const servers = [await serve(LISTED), await serve(NOT_LISTED)];
  const nayana = await Visitor.arrive(browser, { ...country, elsewhere: LISTED });
  const bearer = await token(nayana);
  const one = `/consents/${id}`;

  const list = await call(nayana, bearer, "GET", "/consents?limit=20&offset=0&status=pending");
  assert.equal(list.status, 200);
  assert.deepEqual([list.body.total, list.body.limit, list.body.offset, list.body.consents[0].consentId], [1, 20, 0, id]);

  const seen = await call(nayana, bearer, "GET", one);
  assert.deepEqual([seen.status, seen.etag], [200, '"1"']);
  const { appId, appName, ownerId, status, type, createdAt, updatedAt, fields } = seen.body;
  assert.deepEqual([appId, appName, ownerId, status, type], ["passport-app", "Online Passport Application", NAYANA, "pending", "realtime"]);
  assert.match(`${createdAt} ${updatedAt}`, /^\S+T\S+Z \S+T\S+Z$/);
  assert.deepEqual(fields.map(({ fieldName, schemaId, displayName, owner }) => [fieldName, schemaId, displayName, owner]), [
    ["person.fullName", "drp-schema-v1", "Full name", "citizen"],
  ]);

  // The application asks for more while the page is open: a yes to what it shows is not a yes to that.
  assert.equal(consentIn((await ask(NAYANA, "fullName address")).link), id);
  const stale = await call(nayana, bearer, "PUT", one, { action: "approve" });
  assert.deepEqual([stale.status, stale.body.error.code], [409, "CONSENT_CHANGED"]);
  assert.equal((await call(nayana, bearer, "GET", one)).body.fields.length, 2);
  const yes = await call(nayana, bearer, "PUT", one, { action: "approve" });
  assert.deepEqual([yes.status, yes.body.message, yes.body.status], [200, "Consent updated successfully", "approved"]);
  const again = await call(nayana, bearer, "PUT", one, { action: "approve" });
  assert.deepEqual([again.status, again.body.error.code], [409, "CONSENT_NOT_PENDING"]);
  assert.deepEqual((await ask(NAYANA, "fullName address")).codes, []);
  await nayana.leave();

  // A page that nobody listed gets nothing out of the browser, token or not.
  const other = await Visitor.arrive(browser, { ...country, elsewhere: NOT_LISTED });
  await other.page.goto(NOT_LISTED);
  await assert.rejects(call(other, bearer, "GET", one), /Failed to fetch/);
  await other.context.close();
  servers.forEach((server) => server.close());
}
