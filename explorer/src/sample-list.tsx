/** The visible list of samples; choosing one puts it into the editors. It is sent when its reader wants. */
import { useEditorContext } from "@graphiql/react";
import { useState } from "react";
import { SAMPLES, type Sample } from "./samples";

export function Samples() {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const [chosen, setChosen] = useState(SAMPLES[0]);

  function choose(sample: Sample) {
    setChosen(sample);
    queryEditor?.setValue(sample.query);
    variableEditor?.setValue(sample.variables ?? "");
  }

  return (
    <section className="samples" aria-labelledby="samples-title">
      <h2 id="samples-title">Samples</h2>
      <ul>
        {SAMPLES.map((sample) => (
          <li key={sample.title}>
            <button type="button" aria-pressed={sample === chosen} onClick={() => choose(sample)}>
              {sample.title}
            </button>
          </li>
        ))}
      </ul>
      <p role="status" className="words">
        {chosen?.words}
      </p>
    </section>
  );
}
