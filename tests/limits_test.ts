import { assertEquals } from "@std/assert";
import { test } from "./support/test.ts";

const TESTS = new URL(".", import.meta.url);

/** The one place that may register tests without a word about time. */
const WRAPPER = "support/test.ts";

/** The TypeScript files below a folder of the tests. */
function* files(folder: string): Generator<string> {
  for (
    const { name, isDirectory } of Deno.readDirSync(new URL(folder, TESTS))
  ) {
    if (isDirectory) yield* files(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield `${folder}${name}`;
  }
}

test("limits: every test has a time limit", () => {
  const without = [...files("./")].filter((file) =>
    !file.endsWith(WRAPPER) &&
    /\bDeno\.test\(/.test(Deno.readTextFileSync(new URL(file, TESTS)))
  );
  assertEquals(without, [], `these do not use ${WRAPPER}`);
});

test("limits: no test replaces what others of its process use", () => {
  const globals = "globalThis|console|Deno|Date|Math|performance|crypto";
  // The exit code is there to be set. A worker has globals of its own.
  const patch = new RegExp(
    `^\\s*(?:${globals})\\.(?!exitCode\\b)[\\w.]+ = |Object\\.assign\\((?:${globals})\\b`,
    "m",
  );
  const patching = [...files("./")].filter((file) =>
    !file.endsWith("hub/anywhere_test.ts") &&
    patch.test(Deno.readTextFileSync(new URL(file, TESTS)))
  );
  assertEquals(patching, []);
});
