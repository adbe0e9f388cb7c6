import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Report } from "../../lib/stresstest/report/report.ts";
import config from "../../lib/stresstest/deno.json" with { type: "json" };
import { broken, OURS, outcome, tester } from "./servers.ts";
import { script } from "../support/script.ts";
import { test } from "../support/test.ts";
import { startWeb } from "../support/web.ts";

const ANY = ["--server", "127.0.0.1:0"];

async function temporary(
  suffix: string,
): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempFile({ suffix });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

async function exists(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

test("stresstest reference mode reports each repetition", async () => {
  const { code, stdout, stderr } = await outcome(
    tester(...ANY, "-m", "50", "-r", "2", OURS),
  );
  assertEquals([code, stderr], [0, ""]);
  const lines = stdout.split("\n");
  for (const line of lines.slice(0, 2)) {
    assertMatch(line, /^300 of 300 received, drop rate 0, [\d.]+ s, p50 /);
  }
  assertMatch(stdout, /\ndelivered +300\n/);
  assertMatch(stdout, /\npassed: every verdict held\n$/);
});

test({
  name: "stresstest tests a server written in another language",
  ignore: Deno.build.os === "windows" || !await exists("python3"),
  async fn() {
    const server = new URL("queue_of_five.py", import.meta.url).pathname;
    const { code, stdout, stderr } = await outcome(
      tester(...ANY, "-m", "20", "-r", "1", server),
    );
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^120 of 120 received/);
  },
});

test("stresstest judges one order across WebSockets and TCP", async () => {
  const { server, web, ...running } = await startWeb();
  try {
    const { code, stdout, stderr } = await outcome(tester(
      ..."--rate 2000 --count 400 -p 4 -s 3 -r 1".split(" "),
      `127.0.0.1:${server.addr.port},ws://127.0.0.1:${web.addr.port}/ws`,
    ));
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /\npassed: every verdict held\n$/);
    const by = server.ended.map(({ protocol }) => protocol);
    assert(by.includes("tcp") && by.includes("websocket"));
  } finally {
    await running[Symbol.asyncDispose]();
  }
});

test("stresstest compares servers under load and writes JSON and HTML", async () => {
  await using json = await temporary(".json");
  await using report = await temporary(".html");
  const { code, stdout, stderr } = await outcome(tester(
    ...ANY,
    ..."--rate 2000 --count 200 -s 3 -r 2 --json".split(" "),
    json.path,
    "--report",
    report.path,
    OURS,
    broken("sound"),
  ));
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    stdout.split("\n").slice(0, 4).map((line) => line.split(":")[0]),
    ["main.ts", "sound", "main.ts", "sound"],
  );
  assertMatch(stdout, / +main\.ts +sound +sound : main\.ts\n/);
  assertMatch(stdout, /\nsend delay p99 /);
  const found: Report = JSON.parse(await Deno.readTextFile(json.path));
  assertEquals([found.mode, found.passed, found.interrupted], [
    "load",
    true,
    false,
  ]);
  assertEquals(found.settings["count"], 200);
  assertMatch(
    found.command,
    /^stresstest --server 127\.0\.0\.1:0 --rate 2000 .*'/,
  );
  assertEquals(found.servers.map(({ runs }) => runs.map(({ lost }) => lost)), [
    [0, 0],
    [0, 0],
  ]);
  if (Deno.build.os === "linux") {
    assert(found.servers[0]!.runs[0]!.server!.peakMemoryBytes > 10e6);
  }
  assertMatch(await Deno.readTextFile(report.path), /^<!doctype html>/i);
});

test("stresstest prints the results of an interrupted sweep", async () => {
  const process = tester(
    ...ANY,
    ..."--sweep --rate 200 --duration 0.2 -s 2".split(" "),
    OURS,
  );
  const stdout = process.stdout.pipeThrough(new TextDecoderStream());
  let text = "";
  for await (const part of stdout) {
    if (text === "") process.kill("SIGINT");
    text += part;
  }
  const { code } = await process.status;
  assertEquals(await new Response(process.stderr).text(), "");
  assertEquals(code, 130);
  assertMatch(text, /main\.ts (keeps up with|kept up with none)/);
  assertMatch(
    text,
    /\ninterrupted: (after \d+ runs?; until then every verdict held|before the first run)\n$/,
  );
});

test("stresstest prints the results after SIGTERM", async () => {
  const process = tester(...ANY, "-m", "20", OURS);
  const stdout = process.stdout.pipeThrough(new TextDecoderStream());
  let text = "";
  for await (const part of stdout) {
    if (text === "") process.kill("SIGTERM");
    text += part;
  }
  assertEquals((await process.status).code, 143);
  await process.stderr.cancel();
  assertMatch(
    text,
    /\ninterrupted: after \d+ of 100 runs; until then every verdict held\n$/,
  );
});

test({
  name: "stresstest ends at once after SIGTERM while its clients connect",
  ignore: Deno.build.os !== "linux", // others queue more
  async fn() {
    using listener = Deno.listen({
      hostname: "127.0.0.1",
      port: 0,
      tcpBacklog: 1,
    });
    const process = tester(
      ..."--rate 1000 --timeout 1000".split(" "),
      `127.0.0.1:${listener.addr.port}`,
    );
    // The probe, the connection for pings and the first client; the others wait.
    using accepted = new DisposableStack();
    for (let n = 0; n < 3; n++) accepted.use(await listener.accept());
    process.kill("SIGTERM");
    assertEquals(await outcome(process), { code: 143, stdout: "", stderr: "" });
  },
});

test("stresstest shows a violation and fails", async () => {
  const { code, stdout } = await outcome(
    tester(..."-a 127.0.0.1:0 -m 100 -r 1".split(" "), broken("duplicates")),
  );
  assertEquals(code, 1);
  assertMatch(
    stdout,
    /\n {2}repeated: client \d received message \d+ of sender \d again, after /,
  );
  assertMatch(stdout, /\nfailed: duplicates: repeated\n$/);
});

test("stresstest prints the standard error of a server that dies", async () => {
  const { code, stdout, stderr } = await outcome(
    tester(..."-a 127.0.0.1:0 -m 100".split(" "), broken("dies")),
  );
  assertEquals(code, 1);
  assertMatch(
    stdout,
    /\n {2}died: the server ended with exit status 3 after \d+ of 200 messages were sent; its last line: out of luck\n/,
  );
  assertEquals(stderr, "  | out of luck\n");
});

test("stresstest says in one line why a server cannot be tested, and prints its standard error", async () => {
  const fails = await outcome(tester(...ANY, broken("fails")));
  assertEquals(fails, {
    code: 1,
    stdout: "",
    stderr:
      'stresstest: Cannot test fails: it ended with exit status 7 before it printed "listening on"; its last line: cannot go on\n' +
      "  | cannot go on\n",
  });
  const missing = await outcome(tester("./no-such-server"));
  assertEquals(missing, {
    code: 1,
    stdout: "",
    stderr:
      "stresstest: Cannot start ./no-such-server: there is no such executable\n",
  });
});

test("stresstest says in one line what is wrong with its command line", async () => {
  assertEquals(await outcome(tester("--bogus")), {
    code: 2,
    stdout: "",
    stderr: "stresstest: unknown option '--bogus'\n",
  });
});

test("stresstest says before it starts a server that results cannot be written", async () => {
  for (const option of ["--json", "--report"]) {
    // The server does not exist either, but is not looked for.
    assertEquals(await outcome(tester(option, "/no/such/file", "./none")), {
      code: 2,
      stdout: "",
      stderr:
        `stresstest: ${option}: cannot write /no/such/file: there is no such folder\n`,
    });
  }
});

test("stresstest ends after two signals as after one", async () => {
  const process = tester(...ANY, "-m", "20", OURS);
  const stdout = process.stdout.pipeThrough(new TextDecoderStream());
  let text = "";
  for await (const part of stdout) {
    if (text === "") {
      process.kill("SIGINT");
      process.kill("SIGINT");
    }
    text += part;
  }
  assertEquals((await process.status).code, 130);
  assertEquals(await new Response(process.stderr).text(), "");
  assertMatch(text, /\ninterrupted: after \d+ of 100 runs; /);
});

test("stresstest --help and --version", async () => {
  const help = await outcome(tester("--help"));
  assertEquals([help.code, help.stderr], [0, ""]);
  assertMatch(help.stdout, /stresstest \[OPTIONS\] EXECUTABLE/);
  const words = help.stdout.replaceAll(/\s+/g, " ");
  assertMatch(words, /It differs in this: .* writes header and body apart/);
  assertEquals((await outcome(tester("-V"))).stdout, `${config.version}\n`);
});

test("stresstest --help and --version need no permission", async () => {
  const [program, ...words] = script("lib/stresstest/main.ts");
  for (const option of ["--help", "--version"]) {
    const { code, stderr } = await outcome(
      new Deno.Command(program, {
        args: [...words, option],
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
    assertEquals([code, stderr], [0, ""]);
  }
});
