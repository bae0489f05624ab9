// Verifies a receipt with nothing but what Node.js brings: no code of the exchange, no connection.
// node verify.mjs RECEIPT.json KEYS.json
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

const [receipt, set] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
const sha256 = (text, form) => createHash("sha256").update(text).digest(form);
const refuse = (why) => {
  console.log(JSON.stringify({ genuine: false, why }));
  process.exit(1);
};

/** The record in a compact JWS, when one of the keys signed it while it was in use. */
function signed(jws) {
  const [header, payload, signature] = jws.split(".");
  const { alg, typ, kid, ...more } = JSON.parse(Buffer.from(header, "base64url"));
  if (alg !== "EdDSA" || typ !== "consent-record+jws" || Object.keys(more).length) refuse("another kind of signature");
  const key = set.keys.find((one) => one.kid === kid);
  if (!key) refuse("unknown key");
  // RFC 7638: the name of a key follows from the key.
  if (sha256(JSON.stringify({ crv: key.crv, kty: key.kty, x: key.x }), "base64url") !== kid) refuse("wrong name of a key");
  const fits = verify(null, `${header}.${payload}`, createPublicKey({ key, format: "jwk" }), Buffer.from(signature, "base64url"));
  if (!fits) refuse("the signature does not fit");
  const record = JSON.parse(Buffer.from(payload, "base64url"));
  const at = Date.parse(record.issued_at) / 1000;
  if (at < key.iat - 60 || at > (key.exp ?? Infinity) + 60) refuse("the key was not in use");
  return record;
}

const record = signed(receipt.signature);
if (!isDeepStrictEqual(record, receipt.record)) refuse("another record is shown");
const named = record.events.filter((event) => event.signed).map((event) => event.signed.sha256);
if (!isDeepStrictEqual(named, receipt.earlier.map((jws) => sha256(jws, "hex")))) refuse("other earlier records");
receipt.earlier.forEach(signed);
console.log(JSON.stringify({ genuine: true, record: record.record_id, state: record.state, earlier: named.length }));
