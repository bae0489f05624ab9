/**
 * Builds the page into `dist`. With `--check` it builds elsewhere and compares: is `dist` what these sources give?
 *
 * The same sources and the same lock file give the same bytes: versions are exact, and nothing reads clock or network.
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { licences } from "./licences.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

/** GraphiQL carries fonts of 350 kB as data; the system's own do. */
const withoutFonts = {
  name: "without-fonts",
  setup(build) {
    build.onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/@font-face\s*\{[^}]*\}/g, ""),
      loader: "css",
    }));
  },
};

/**
 * GraphiQL calls the items of its tab bar tabs, but they hold two buttons each, which a tab may not (ARIA, "children
 * presentational"). So it is a list here, with the current item marked.
 */
const tabsAreAList = {
  name: "tabs-are-a-list",
  setup(build) {
    build.onLoad({ filter: /@graphiql[\\/]react[\\/]dist[\\/]ui[\\/]tabs\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [theirs, ours] of [
        ['"aria-selected": isActive, role: "tab"', '"aria-current": isActive ? "true" : undefined'],
        ['axis: "x", role: "tablist"', 'axis: "x"'],
      ]) {
        if (!contents.includes(theirs)) throw new Error(`${path} has changed: look for \`${theirs}\``);
        contents = contents.replace(theirs, ours);
      }
      return { contents, loader: "js" };
    });
  },
};

async function bundle() {
  const result = await esbuild.build({
    absWorkingDir: here,
    entryPoints: { explorer: "src/main.tsx" },
    outdir: "out",
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    legalComments: "none",
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    // See `src/constructed-style.ts`.
    alias: { "react-style-singleton": "./src/constructed-style.ts" },
    plugins: [withoutFonts, tabsAreAList],
  });
  const files = new Map();
  const names = {};
  for (const { path, contents } of result.outputFiles) {
    const ending = path.endsWith(".css") ? "css" : "js";
    const hash = createHash("sha256").update(contents).digest("hex").slice(0, 16);
    names[ending] = `explorer-${hash}.${ending}`;
    files.set(`assets/${names[ending]}`, Buffer.from(contents));
  }
  const page = readFileSync(join(here, "src/index.html"), "utf8");
  files.set("index.html", Buffer.from(page.replace("{style}", names.css).replace("{script}", names.js)));
  files.set("LICENSES.txt", Buffer.from(licences(here, Object.keys(result.metafile.inputs))));
  return files;
}

function write(folder, files) {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, content] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** Which files differ, are missing, or are too many. */
function differences(files) {
  const there = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1));
  const names = new Set([...there, ...files.keys()]);
  const same = (name) => there.includes(name) && files.get(name)?.equals(readFileSync(join(dist, name)));
  return [...names].filter((name) => !same(name)).sort();
}

const files = await bundle();
if (process.argv.includes("--check")) {
  const wrong = differences(files);
  if (wrong.length > 0) {
    const kept = mkdtempSync(join(tmpdir(), "explorer-"));
    write(kept, files);
    console.error(`explorer/dist is not what the sources give (${kept}); run \`npm run build\`: ${wrong.join(", ")}`);
    process.exit(1);
  }
  console.log("explorer/dist is what the sources give");
} else {
  write(dist, files);
  for (const [name, content] of files) console.log(`${String(content.length).padStart(8)} ${name}`);
}
