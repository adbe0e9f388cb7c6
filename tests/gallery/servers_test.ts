/** The servers of the gallery do what the specification says, as far as their style can. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { path } from "../support/script.ts";
import { test } from "../support/test.ts";
import { build, LeftOut } from "./build.ts";
import { testJudge } from "./judge_fixture.ts";
import { headOf, STYLES } from "./styles.ts";

// The quickest. `judge_long.ts` has others, and `deno task gallery` judges all.
testJudge("dies", "churn");

test("STYLES: every head says its style, who wakes whom, what waits where, and what it gives up", async () => {
  for (const { name, source, about } of STYLES) {
    const text = about ?? await Deno.readTextFile(path(source));
    for (const word of ["Style", "Wakes", "Slow client", "Gives up"]) {
      assert(headOf(text, word) !== "", `${name} does not say "${word}:"`);
    }
  }
});

test("build() leaves out a server whose program is not installed", async () => {
  const [style] = STYLES;
  await assertRejects(
    () => build({ ...style!, run: "no-such-program SOURCE" }),
    LeftOut,
    "no-such-program is not installed",
  );
});

test("README: a row for each style, and none for others", async () => {
  const text = await Deno.readTextFile(path("tests/gallery/README.md"));
  const rows = [...text.matchAll(/^\| (\S+) *\| *\w+ [\d.]+ \|/gm)];
  assertEquals(
    rows.map(([, name]) => name),
    STYLES.map(({ name }) => name),
  );
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
