/** The servers of the gallery do what the specification says, as far as their style can. */
import { assert, assertEquals } from "@std/assert";
import { test } from "../support/test.ts";
import { build, LeftOut } from "./build.ts";
import { specification } from "./specification.ts";
import { headOf, STYLES } from "./styles.ts";
import { path } from "../support/script.ts";

/** Those that leave out what is new for a client that lags: this test is not for them. */
const NEWEST_LOST = ["beginner"];
const NOT_NEWEST = "/^(S[1-6]|S7 a client that never|half|truncated|port)/";

/** A few of which tests are over soon. All are judged by `deno task gallery`. */
const TESTED = ["channel", "go-log", ...NEWEST_LOST];

for (const name of TESTED) {
  const style = STYLES.find((style) => style.name === name)!;
  test({
    name: `${name} follows the specification`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const built = await build(style).catch((error) => {
        if (error instanceof LeftOut) return undefined;
        throw error;
      });
      if (!built) return;
      const results = await specification(
        built.target.command!,
        NEWEST_LOST.includes(name) ? { filter: NOT_NEWEST } : {},
      );
      assert(results.length > 15);
      assertEquals(results.filter(({ failure }) => failure), []);
    },
  });
}

test("STYLES: every head says its style, who wakes whom, what waits where, and what it gives up", async () => {
  for (const { name, source, about } of STYLES) {
    const text = about ?? await Deno.readTextFile(path(source));
    for (const word of ["Style", "Wakes", "Slow client", "Gives up"]) {
      assert(headOf(text, word) !== "", `${name} does not say "${word}:"`);
    }
  }
});

test("headOf() a value ends with the next word, and with the comment", () => {
  const go = "// Style: one,\n// and two.\n// Wakes: all.\npackage main\n";
  const java = "/**\n * Style: one.\n * Wakes: all.\n */\n// deno-lint\n";
  const python = "#!/usr/bin/env python3\n# Style: one.\n# Run: it\n";
  assertEquals(headOf(go, "Style"), "one, and two.");
  assertEquals(headOf(java, "Wakes"), "all.");
  assertEquals(headOf(python, "Style"), "one.");
  assertEquals(headOf(go, "Gives up"), "");
});
