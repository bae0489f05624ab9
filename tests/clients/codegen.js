// graphql-codegen: `node codegen.js ADDRESS` writes types for the query from the running gateway's introspection, from the
// schema that it serves and from the schema's file, has the TypeScript compiler read all, and says whether they are the same.
import { generate } from "@graphql-codegen/cli";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address, authorization, query } from "./question.js";

const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), "ndx-codegen-"));
const use = `import type { PassportQuery } from "./types";
const name: string | null | undefined = ({} as PassportQuery).personInfo?.fullName;
// @ts-expect-error: it was not asked for
const sex = ({} as PassportQuery).personInfo?.sex;
export { name, sex };
`;

async function typesFrom(schema, name) {
  const file = join(folder, name, "types.ts");
  const config = { skipTypename: true };
  const generates = { [file]: { plugins: ["typescript", "typescript-operations"], config } };
  await generate({ schema, documents: [query], generates, silent: true, errorsOnly: true }, true);
  writeFileSync(join(folder, name, "use.ts"), use);
  return readFileSync(file, "utf8");
}

// The types that programs use: of the answer, and of the schema's objects. Their comments differ: the gateway tells there,
// too, where a field comes from.
const written = /^export type (PassportQuery|PersonInfo|BirthInfo) = (.*;$|\{\n[\s\S]*?^\};$)/gm;
const used = (types) => [...types.replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, "").matchAll(written)].map(([type]) => type).sort();

try {
  const live = await typesFrom([{ [address]: { headers: { authorization } } }], "introspection");
  const text = await fetch(new URL("/schema.graphql", address));
  writeFileSync(join(folder, "served.graphql"), await text.text());
  const served = await typesFrom(join(folder, "served.graphql"), "served");
  const file = await typesFrom(join(here, "../../schema/schema.graphql"), "file");
  const compiler = join(here, "node_modules/typescript/bin/tsc");
  const programs = ["introspection", "served", "file"].map((name) => join(folder, name, "use.ts"));
  execFileSync(process.execPath, [compiler, "--noEmit", "--strict", ...programs], { stdio: "inherit" });
  const same = [served, file].every((types) => used(types).join() === used(live).join());
  console.log(JSON.stringify({ same, types: used(live).length }));
} finally {
  rmSync(folder, { recursive: true });
}
