import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { broken } from "../stresstest/servers.ts";
import { run } from "../support/command.ts";
import { script } from "../support/script.ts";
import { parse, UsageError } from "./arguments.ts";
import type { SoakResult } from "./result.ts";
import { test } from "../support/test.ts";

const ignore = Deno.build.os !== "linux";

/** Runs it for about a second. */
async function soaked(...words: string[]) {
  const json = await Deno.makeTempFile();
  const report = await Deno.makeTempFile();
  const files = ["--json", json, "--report", report, "--minutes", "0.02"];
  const outcome = await run([
    ...script("tests/soak/main.ts", "-A"),
    ...files,
    ...words,
  ]);
  const result: SoakResult = JSON.parse(await Deno.readTextFile(json));
  const page = await Deno.readTextFile(report);
  for (const file of [json, report]) await Deno.remove(file);
  return { ...outcome, result, page };
}

test({
  name: "soak: our server passes, and leaves samples and charts",
  ignore,
  async fn() {
    const { code, stdout, stderr, result, page } = await soaked();
    assertEquals([code, stderr, result.failures], [0, "", []]);
    assertMatch(stdout, /s {2}calm .* 0 lost/);
    assertMatch(stdout, /^passed, but too short to tell/m);
    assert(result.samples[0]!.residentBytes > 10e6);
    assert(result.rounds[0]!.descriptors > 2);
    assertEquals(page.match(/class="plots"/g)?.length, 4);
  },
});

test({
  name: "soak: a server that loses messages fails",
  ignore,
  async fn() {
    const { code, stdout, result } = await soaked(
      "--timeout=1",
      broken("drops"),
    );
    assertEquals(code, 1);
    assertMatch(stdout, /round 1, calm: conservation: client/);
    assertMatch(stdout, /the quiet pair lost \d+ of \d+ messages/);
    assert(result.failures.length >= 2);
  },
});

test("soak: says what is wrong with its command line", () => {
  const wrong: [string[], string][] = [
    [["--minutes", "x"], "--minutes is a number"],
    [["--hours", "1"], 'there is no option "--hours"'],
    [["a", "b"], "one EXECUTABLE is enough"],
    [["127.0.0.1:8080"], "an address has no process"],
  ];
  for (const [args, why] of wrong) {
    assertThrows(() => parse(args), UsageError, why);
  }
});
