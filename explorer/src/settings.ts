/** What the gateway says of itself at `explorer/config.json`. */
export interface Settings {
  /** Where sandbox tokens are given away; null outside a sandbox. */
  trialTokenUrl: string | null;
  /** For which applications. */
  applications: string[];
}

/** Reads them. The address is relative, so that the page works behind a proxy's path, too. */
export async function readSettings(): Promise<Settings> {
  const answer = await fetch("explorer/config.json", { credentials: "omit" });
  if (!answer.ok) throw new Error(`the gateway answered ${answer.status}`);
  return (await answer.json()) as Settings;
}
