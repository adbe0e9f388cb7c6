/** The stress tester's parts import only what is below them. */
import { assert } from "@std/assert";
import { test } from "../support/test.ts";

const FOLDER = new URL("../../lib/stresstest/", import.meta.url);

/** What the files of each folder may import, their own folder aside. */
const LAYERS: Record<string, readonly string[]> = {
  checks: [],
  target: [],
  load: ["checks", "target"],
  report: ["checks", "load", "target"],
};

/** The TypeScript files in a folder and those below it. */
function* files(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* files(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield new URL(name, folder);
  }
}

test("layers: imports in the stress tester only point down", async () => {
  for (const [folder, below] of Object.entries(LAYERS)) {
    for (const file of files(new URL(`${folder}/`, FOLDER))) {
      const text = await Deno.readTextFile(file);
      for (const [, specifier] of text.matchAll(/ from "(\.[^"]+)"/g)) {
        const { href } = new URL(specifier!, file);
        const part = href.slice(FOLDER.href.length).split("/")[0]!;
        assert(
          part === folder || below.includes(part),
          `${file.pathname} imports ${specifier}`,
        );
      }
    }
  }
});
