/** Tests that judge a server: one of the gallery's, or one with a known fault. */
import { assert, assertEquals } from "@std/assert";
import { Stage } from "../bench/stage.ts";
import { test } from "../support/test.ts";
import { build, LeftOut } from "./build.ts";
import { marks } from "./guarantees.ts";
import { judge } from "./judge.ts";
import { server } from "./result_fixture.ts";
import { specification } from "./specification.ts";
import { STYLES } from "./styles.ts";

/**
 * Registers a test: a broken server of the stress tester gets exactly this mark. The
 * server without a fault has none, and is judged by the specification's tests, too.
 */
export function testJudge(fault: string, mark?: string): void {
  test({
    name: `gallery: a server with the fault "${fault}" gets ${
      mark ? `one mark, ${mark}` : "no mark"
    }`,
    // Only on Linux all faults show.
    ignore: Deno.build.os !== "linux",
    async fn() {
      const built = await build({
        name: "broken",
        language: "TypeScript",
        source: "tests/stresstest/broken.ts",
        run: `deno run -A --no-check SOURCE ${fault}`,
      });
      const stage = new Stage(new AbortController().signal);
      const judgement = await judge(built, stage, !mark);
      const found = marks(server(fault, { judgement, loads: {} }));
      const broken = found.filter(({ holds }) => holds === false);
      assertEquals(broken.map(({ name }) => name), mark ? [mark] : []);
      if (mark) assert(broken[0]!.reason !== "");
      else assert(found.every(({ holds }) => holds));
    },
  });
}

/**
 * Registers a test: the server of this name passes the tests of the specification that
 * `filter` names. It is left out where it cannot be built.
 */
export function testSpecification(name: string, filter?: string): void {
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
        filter === undefined ? {} : { filter },
      );
      assert(results.length > 15);
      assertEquals(results.filter(({ failure }) => failure), []);
    },
  });
}
