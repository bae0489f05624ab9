/** Asks the gateway that has served this page. */
import type { Fetcher } from "@graphiql/toolkit";
import { Kind, parse } from "graphql";
import { type ConsentLink, consentLinks } from "./consent";

/** The name of the question by which this page reads the schema. */
export const INTROSPECTION = "ExplorerReadsTheSchema";

/** Who asks, and what for. */
export interface Asker {
  token: string;
  purpose: string;
}

/** Sends questions as `asker`; tells of each answer, but for the page's own questions, what a citizen can do about it. */
export function fetcherFor(asker: Asker, told: (links: ConsentLink[]) => void): Fetcher {
  return async ({ query, variables, operationName }, options) => {
    const own = operationName === INTROSPECTION;
    if (!asker.token && !namesAuthorization(options?.headers)) {
      if (!own) told([]);
      return { errors: [{ message: "Who asks? Get a sandbox token, or paste an access token above." }] };
    }
    let answer: unknown = null;
    try {
      const name = nameIn(query, operationName);
      answer = await send(asker, { query, variables, operationName: name }, options?.headers ?? {});
    } finally {
      if (!own) told(consentLinks(answer));
    }
    return answer as ReturnType<Fetcher>;
  };
}

/** GraphiQL learns the operation's name a moment after the question has changed; who is quicker sends no old one. */
function nameIn(query: string, name: string | null | undefined): string | undefined {
  try {
    const operations = parse(query).definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
    return operations.find((one) => one.name?.value === name)?.name?.value;
  } catch {
    // The gateway tells what is wrong with it.
    return undefined;
  }
}

async function send(asker: Asker, question: object, more: Record<string, unknown>): Promise<unknown> {
  const headers = new Headers({
    accept: "application/graphql-response+json, application/json;q=0.9",
    "content-type": "application/json",
  });
  if (asker.token) headers.set("authorization", `Bearer ${asker.token}`);
  if (asker.purpose) headers.set("x-purpose", asker.purpose);
  // What stands in the editor of headers wins.
  for (const [name, value] of Object.entries(more)) headers.set(name, String(value));
  const answer = await fetch("graphql", {
    method: "POST",
    headers,
    body: JSON.stringify(question),
    credentials: "omit",
  });
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `The gateway answered ${answer.status}, and no JSON.` }] };
  }
}

function namesAuthorization(headers: Record<string, unknown> | undefined): boolean {
  return Object.keys(headers ?? {}).some((name) => name.toLowerCase() === "authorization");
}
