/** Finds in an answer what a citizen can do about it. */

/** A page of a citizen's, which the answer names. */
export interface ConsentLink {
  /** To answer a request, or to change one's mind. */
  kind: "ask" | "manage";
  /** An http or https address. */
  url: string;
}

const KEYS = { consentPortalUrl: "ask", consentManageUrl: "manage" } as const;

/** The links of an answer, each once, in the order of its errors. */
export function consentLinks(answer: unknown): ConsentLink[] {
  const links = new Map<string, ConsentLink>();
  for (const extensions of extensionsOf(answer)) {
    for (const [key, kind] of Object.entries(KEYS)) {
      const url = webAddress(extensions[key]);
      if (url) links.set(url, { kind, url });
    }
  }
  return [...links.values()];
}

function extensionsOf(answer: unknown): Record<string, unknown>[] {
  if (!isObject(answer)) return [];
  const errors = Array.isArray(answer.errors) ? answer.errors : [];
  return [answer, ...errors].filter(isObject).map((one) => one.extensions).filter(isObject);
}

/** Only http and https: an answer must not be able to plant a script behind a link. */
function webAddress(value: unknown): string | null {
  if (typeof value !== "string" || !URL.canParse(value)) return null;
  const url = new URL(value);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
