// Runs every audit of npm's `graphql-http` against one address, with a token: `node audit.js ADDRESS` and the token in
// NDX_TOKEN. Prints a line for each audit; ends with 1 when one of them, however optional, does not pass.
import { serverAudits } from "graphql-http";

const [address] = process.argv.slice(2);
const token = process.env.NDX_TOKEN;

const withToken = (url, options = {}) =>
  fetch(url, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });

const audits = serverAudits({ url: address, fetchFn: withToken });
const results = await Promise.all(audits.map((audit) => audit.fn()));
for (const result of results) {
  console.log(`${result.status} ${result.id} ${result.name}${result.reason ? `: ${result.reason}` : ""}`);
}
const passed = results.filter((result) => result.status === "ok").length;
console.log(`${passed} of ${results.length} passed`);
process.exitCode = passed === results.length ? 0 : 1;
