/** Fetches an access token at the sandbox identity provider's desk for trials. */
export async function fetchTrialToken(desk: string, application: string): Promise<string> {
  // A form needs no preflight; the answer is readable only for origins that the identity provider has listed.
  const answer = await fetch(desk, {
    method: "POST",
    body: new URLSearchParams({ client_id: application }),
    credentials: "omit",
  });
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok || !hasToken(body)) throw new Error(`the identity provider answered ${answer.status}`);
  return body.access_token;
}

function hasToken(body: unknown): body is { access_token: string } {
  return typeof body === "object" && body !== null && "access_token" in body && typeof body.access_token === "string";
}
