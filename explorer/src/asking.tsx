/** Who asks: an access token from the sandbox's desk or from elsewhere, and the purpose. */
import { type FormEvent, useState } from "react";
import type { Asker } from "./gateway";
import type { Settings } from "./settings";
import { fetchTrialToken } from "./trial";

interface Props {
  settings: Settings;
  asker: Asker;
  onChange: (asker: Asker) => void;
}

export function Asking({ settings, asker, onChange }: Props) {
  const [application, setApplication] = useState(settings.applications[0] ?? "");
  const [words, setWords] = useState("");
  const desk = settings.trialTokenUrl;

  async function getToken(event: FormEvent) {
    event.preventDefault();
    if (!desk) return;
    setWords("");
    try {
      onChange({ ...asker, token: await fetchTrialToken(desk, application) });
      setWords(`You ask as ${application} now, with a token that is good for an hour.`);
    } catch (error) {
      setWords(`No token: ${error instanceof Error ? error.message : "the identity provider does not answer"}.`);
    }
  }

  return (
    <section className="asking" aria-labelledby="asking-title">
      <h2 id="asking-title">Who asks</h2>
      <form onSubmit={getToken} autoComplete="off">
        {desk && settings.applications.length > 0 && (
          <div className="field with-button">
            <label htmlFor="application">Application</label>
            <select id="application" value={application} onChange={(event) => setApplication(event.target.value)}>
              {settings.applications.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
            <button type="submit" className="main-button">
              Get a sandbox token
            </button>
          </div>
        )}
        <div className="field">
          <label htmlFor="token">Access token</label>
          <input
            id="token"
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={asker.token}
            onChange={(event) => {
              setWords("");
              onChange({ ...asker, token: event.target.value.trim() });
            }}
          />
        </div>
        <div className="field">
          <label htmlFor="purpose">
            Purpose <span className="hint">(if it has several)</span>
          </label>
          <input
            id="purpose"
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={asker.purpose}
            onChange={(event) => onChange({ ...asker, purpose: event.target.value.trim() })}
          />
        </div>
      </form>
      <p role="status" className="words">
        {words}
      </p>
    </section>
  );
}
