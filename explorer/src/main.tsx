import "graphiql/style.css";
import "./explorer.css";

import { createRoot } from "react-dom/client";
import { Explorer } from "./explorer";
import { readSettings } from "./settings";

const place = document.getElementById("explorer");
if (place) {
  const root = createRoot(place);
  readSettings().then(
    (settings) => root.render(<Explorer settings={settings} />),
    (error: Error) =>
      root.render(
        <main className="plain" role="alert">
          <h1>Explorer</h1>
          <p>The gateway does not say how it is set up: {error.message}. Load the page again in a while.</p>
        </main>,
      ),
  );
}
