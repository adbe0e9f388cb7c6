import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Report } from "../../lib/stresstest/report/report.ts";
import { OURS, outcome, tester } from "./servers.ts";
import { path, script } from "../support/script.ts";
import { test } from "../support/test.ts";

const ANY = ["--server", "127.0.0.1:0"];

const linux = Deno.build.os === "linux";

/** A file for a report, which is removed. */
async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempFile();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

test("stresstest ends quietly when nobody reads what it prints, and writes its files", async () => {
  await using json = await temporary();
  const process = tester(...ANY, "-m", "20", "--json", json.path, OURS);
  for await (const _ of process.stdout) break; // which closes the pipe
  const stderr = await new Response(process.stderr).text();
  assertEquals([(await process.status).code, stderr], [141, ""]);
  const report: Report = JSON.parse(await Deno.readTextFile(json.path));
  assertEquals([report.passed, report.interrupted], [false, true]);
  assert(report.servers[0]!.runs.length < 100);
});

test({
  name: "stresstest says that what it prints cannot be written",
  ignore: !linux,
  async fn() {
    await using json = await temporary();
    const words = [
      ...script("lib/stresstest/main.ts", "-A"),
      ...[...ANY, "-m", "20", "--json", json.path, OURS],
    ];
    const shell = new Deno.Command("sh", {
      args: ["-c", 'exec "$@" >/dev/full', "sh", ...words],
      cwd: path("."),
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    assertEquals(await outcome(shell), {
      code: 1,
      stdout: "",
      stderr: "stresstest: cannot write the results: no space left on device\n",
    });
    const report: Report = JSON.parse(await Deno.readTextFile(json.path));
    assertEquals(report.interrupted, true);
  },
});

test({
  name:
    "stresstest says that a report cannot be written, writes the other, and fails",
  ignore: !linux,
  async fn() {
    await using html = await temporary();
    const { code, stdout, stderr } = await outcome(tester(
      ...[...ANY, "-m", "20", "-r", "1", "--json", "/dev/full"],
      ...["--report", html.path, OURS],
    ));
    assertEquals([code, stderr], [
      1,
      "stresstest: --json: cannot write /dev/full: no space left on device\n",
    ]);
    assertMatch(stdout, /\npassed: every verdict held\n$/);
    assertMatch(await Deno.readTextFile(html.path), /<\/html>\s*$/);
  },
});

test({
  name: "stresstest prints the results when its terminal is closed",
  ignore: Deno.build.os === "windows",
  async fn() {
    const process = tester(...ANY, "-m", "20", OURS);
    let text = "";
    for await (
      const part of process.stdout.pipeThrough(new TextDecoderStream())
    ) {
      if (text === "") process.kill("SIGHUP");
      text += part;
    }
    await process.stderr.cancel();
    assertEquals((await process.status).code, 129);
    assertMatch(text, /\ninterrupted: after \d+ of 100 runs; /);
  },
});
