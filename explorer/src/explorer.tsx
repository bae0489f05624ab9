/** The page: who asks, samples, what the citizen can do, and GraphiQL. */
import { DOC_EXPLORER_PLUGIN, DocExplorerContextProvider } from "@graphiql/plugin-doc-explorer";
import { GraphiQLProvider } from "@graphiql/react";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { useMemo, useState } from "react";
import { Asking } from "./asking";
import type { ConsentLink } from "./consent";
import { ConsentBar } from "./consent-bar";
import { EditorNames } from "./editor-names";
import { type Asker, fetcherFor, INTROSPECTION } from "./gateway";
import { Samples } from "./sample-list";
import { SAMPLES } from "./samples";
import type { Settings } from "./settings";

const PLUGINS = [DOC_EXPLORER_PLUGIN];
const BEGIN = "# Ask the exchange. Ctrl+Enter sends, Ctrl+Space completes.\n{\n  __typename\n}\n";

export function Explorer({ settings }: { settings: Settings }) {
  // The token lives here and nowhere else: it goes when the page goes.
  const [asker, setAsker] = useState<Asker>({ token: "", purpose: "" });
  const [links, setLinks] = useState<ConsentLink[]>([]);
  const fetcher = useMemo(() => fetcherFor(asker, setLinks), [asker]);
  const inSandbox = settings.trialTokenUrl !== null;
  return (
    <GraphiQLProvider
      fetcher={fetcher}
      // Without a token there is nothing to read; with one, the schema is read by introspection.
      schema={asker.token ? undefined : null}
      introspectionQueryName={INTROSPECTION}
      // A question may hold somebody's identity number: nothing is kept beyond this page.
      storage={null as unknown as Storage}
      shouldPersistHeaders={false}
      // Nobody's fields are asked for that are not written down.
      getDefaultFieldNames={() => []}
      defaultQuery={inSandbox ? SAMPLES[0]?.query : BEGIN}
      plugins={PLUGINS}
      referencePlugin={DOC_EXPLORER_PLUGIN}
    >
      <DocExplorerContextProvider>
        <EditorNames />
        <div className="page">
          <header className="head">
            <h1>Explorer</h1>
            <p>Ask the exchange as an application does. Every gate is on: token, policy, consent, record.</p>
          </header>
          <main>
            <Asking settings={settings} asker={asker} onChange={setAsker} />
            {inSandbox && <Samples />}
            <ConsentBar links={links} />
            <section className="editors" aria-label="Question and answer">
              <GraphiQLInterface
                forcedTheme="light"
                defaultEditorToolsVisibility="variables"
                showPersistHeadersSettings={false}
              >
                <GraphiQL.Logo>
                  <span className="graphiql-logo-link">GraphiQL</span>
                </GraphiQL.Logo>
              </GraphiQLInterface>
            </section>
          </main>
        </div>
      </DocExplorerContextProvider>
    </GraphiQLProvider>
  );
}
