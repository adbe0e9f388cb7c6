/** The README of the server, which has examples that need files of their own. */
import { assert } from "@std/assert";
import { path } from "./script.ts";

/** Its text. */
export const README = await Deno.readTextFile(path("lib/server/README.md"));

/** The code block that begins with the name of its file. */
export function codeOf(name: string): string {
  const start = README.indexOf(`// ${name}\n`);
  assert(start >= 0, `no ${name} in lib/server/README.md`);
  return README.slice(start, README.indexOf("```", start));
}
