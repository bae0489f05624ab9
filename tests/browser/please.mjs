/**
 * What a browser cannot do itself, somebody else does: a line of JSON goes out on standard output, and a line of JSON comes
 * back on standard input. `main.rs` lists what can be asked for.
 */
import { createInterface } from "node:readline";

let lines;

export function hear() {
  lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
}

export function hush() {
  process.stdin.destroy();
}

async function please(what) {
  console.log(JSON.stringify(what));
  const { value, done } = await lines.next();
  if (done) throw new Error(`nobody answered ${JSON.stringify(what)}`);
  return JSON.parse(value);
}

/** An application asks about a person; gives `link`, `codes` and `status`. */
export const ask = (nic, fields, application = "passport-app") => please({ do: "ask", application, nic, fields });
/** Ends a part of the country, as an operator would. */
export const stop = (part) => please({ do: "stop", part });
/** Starts it again. */
export const start = (part) => please({ do: "start", part });
/** The one-time code that a person's authenticator shows. */
export const code = (user) => please({ do: "code", user });
