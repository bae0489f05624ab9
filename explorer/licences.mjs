/** The licences of what is in the bundle: a section for each package from which a file was taken. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Those that let us hand the code on with its text. */
const ALLOWED = ["MIT", "ISC", "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"];

/** What the licence says where a package names it and leaves out the text. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** `inputs` are the bundled files, from `folder`; throws when a package has no licence, or another. */
export function licences(folder, inputs) {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")).packages;
  const used = new Set(inputs.map((path) => packageOf(path, lock)).filter(Boolean));
  // Packages of one house have one text.
  const byText = new Map();
  for (const path of [...used].sort()) {
    const { name, text } = licenceOf(folder, path, lock[path]);
    byText.set(text, [...(byText.get(text) ?? []), name]);
  }
  const rule = "=".repeat(80);
  const sections = [...byText].map(([text, names]) => `${rule}\n${names.join("\n")}\n${rule}\n\n${text}\n`);
  return `What others wrote and the files here hold, each under its own licence.\n\n${sections.join("\n")}`;
}

/** The place in the lock file of the package that holds the file `path`. */
function packageOf(path, lock) {
  let place = path.slice(path.indexOf("node_modules/"));
  if (!path.includes("node_modules/")) return null;
  while (place && !lock[place]) place = place.slice(0, place.lastIndexOf("/"));
  if (!place) throw new Error(`no package of the lock file holds ${path}`);
  return place;
}

function licenceOf(folder, path, { version }) {
  const about = JSON.parse(readFileSync(join(folder, path, "package.json"), "utf8"));
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  if (!ALLOWED.includes(about.license)) throw new Error(`${name}: the licence ${about.license} is not among the allowed`);
  const file = readdirSync(join(folder, path)).find((one) => /^licen[cs]e(\.|$)/i.test(one));
  const own = file ? readFileSync(join(folder, path, file), "utf8") : withoutFile(name, about);
  return { name: `${name} ${version} (${about.license})`, text: own.replace(/\r\n/g, "\n").trim() };
}

function withoutFile(name, { license, author, repository }) {
  if (license !== "MIT") throw new Error(`${name}: the package has no file of its licence`);
  const holder = (typeof author === "object" ? author.name : author) ?? repository?.url ?? repository;
  return `Copyright (c) ${holder}\n\n${MIT}`;
}
