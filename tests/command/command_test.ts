import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { optionName } from "../../lib/cli/command_line.ts";
import { helpText } from "../../lib/cli/help.ts";
import type { Option } from "../../lib/cli/options.ts";
import { COMMAND as DECLARED } from "../../lib/command/arguments.ts";
import { type Address, formatAddress } from "../../lib/wire/address.ts";
import {
  Command,
  freeAddress,
  ours,
  run,
  STOPPED,
} from "../support/command.ts";
import { macrotask } from "../support/jitter.ts";
import { numbered, Peer, Resetter } from "../support/peer.ts";
import { path, script } from "../support/script.ts";
import { test } from "../support/test.ts";

const COMMAND = ours("--allow-net");

/** Fails unless `stderr` is one line of ours. */
function assertOneLine(stderr: string): void {
  assertMatch(stderr, /^zillions: [^\n]+\n$/);
}

/** Starts our command with options. */
function start(...options: string[]): Promise<Command> {
  return Command.start(freeAddress(), [...COMMAND, ...options]);
}

/** Broadcasts until clients that do not read can take no more. */
async function stick(address: Address): Promise<void> {
  using peer = await Peer.join(address);
  const texts = Array.from({ length: 200 }, (_, n) => numbered(n, 250));
  for (let n = 0; n < 300; n++) {
    await peer.say(...texts);
    await peer.receive(200 * 251);
  }
}

const WRONG: [string[], string][] = [
  [[], "an ADDRESS is needed"],
  [["127.0.0.1:0", "127.0.0.1:0"], "one ADDRESS is enough, not 2"],
  [["127.0.0.1"], "has no port"],
  [["127.0.0.1:65536"], "the port is 0 to 65535"],
  [["[::1:80"], "brackets"],
  [["::1]:80"], "brackets"],
  [[""], "is empty"],
  [["--nonsense", "127.0.0.1:0"], 'unknown option "--nonsense"'],
  [["-x", "127.0.0.1:0"], 'unknown option "-x"'],
  [
    ["127.0.0.1:0", "--capacity"],
    "--capacity takes a size in bytes, or with K, M or G",
  ],
  [
    ["--max-clients", "-1", "127.0.0.1:0"],
    '--max-clients takes a whole number from 1 to 999999999, not "-1"',
  ],
  [
    ["--stats", "127.0.0.1:0"],
    'not "127.0.0.1:0", which is the ADDRESS: its value is missing',
  ],
  [["--capacity=1", "127.0.0.1:0"], "from 4K to 1G"],
  [["--capacity=2G", "127.0.0.1:0"], "from 4K to 1G"],
  [
    ["--capacity=16T", "127.0.0.1:0"],
    "--capacity takes a size in bytes, or with K, M or G",
  ],
  [["--max-clients=0", "127.0.0.1:0"], "--max-clients takes a whole number"],
  [["--max-clients=ten", "127.0.0.1:0"], "--max-clients takes a whole number"],
  [["--stall-timeout=soon", "127.0.0.1:0"], "--stall-timeout takes seconds"],
  [["--stats=", "127.0.0.1:0"], "--stats takes seconds"],
  [["--stats=86401", "127.0.0.1:0"], "from 0 to 86400"],
  [["--max-clients-per-address=0", "127.0.0.1:0"], "per-address takes a whole"],
  [["--web=8000", "127.0.0.1:0"], "has no port"],
  [["--web-origin=a.example", "127.0.0.1:0"], "--web-origin takes SCHEME"],
  [["--web-origin=http://a/b", "127.0.0.1:0"], "--web-origin takes SCHEME"],
  [["--web-host=a,b:80", "127.0.0.1:0"], "--web-host takes a host name"],
  [["--web-proxy=[::1]", "127.0.0.1:0"], "--web-proxy takes an IP address"],
  [["--non\x1b[2J\nsense", "127.0.0.1:0"], "--non␛[2J␊sense"],
];

test("command: for a wrong command line it says what is wrong and how to call it; exit 2", async () => {
  for (const [args, why] of WRONG) {
    const { code, stdout, stderr } = await run([...COMMAND, ...args]);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertOneLine(stderr);
    assert(stderr.includes(why), stderr);
    assert(stderr.includes("usage: zillions [OPTIONS] ADDRESS"), stderr);
  }
});

test("command: --help and --version are answered on standard output; exit 0", async () => {
  for (const option of ["--help", "-h"]) {
    const help = await run([...COMMAND, option]);
    assertEquals([help.code, help.stderr], [0, ""]);
    for (
      const text of [
        "Usage: zillions [OPTIONS] ADDRESS",
        "--capacity",
        "--max-clients",
        "--max-clients-per-address",
        "--stall-timeout",
        "--stats",
        "--verbose",
        "--json",
      ]
    ) assert(help.stdout.includes(text));
    assert(help.stdout.split("\n").every((line) => line.length <= 80));
  }
  const version = await run([...COMMAND, "--version"]);
  assertEquals(version, {
    code: 0,
    stdout: `zillions ${config.version}\n`,
    stderr: "",
  });
});

test("command: mod.ts, which JSR runs, is the same command", async () => {
  const command = script("mod.ts", "--allow-net");
  await using server = await Command.start(freeAddress(), command);
  using peer = await Peer.join(server.address);
  await peer.say("hello");
  assertEquals(await peer.hear(), "hello");
  await peer.hangUp();
  server.kill("SIGINT");
  assertEquals((await server.end()).code, STOPPED);
});

test("command: an address of another machine; exit 1", async () => {
  const { code, stdout, stderr } = await run([...COMMAND, "192.0.2.1:8080"]);
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    "zillions: cannot listen on 192.0.2.1:8080: the address is not this machine's\n",
  );
});

test("command: without --allow-net for its address it says what it needs; exit 1", async () => {
  const elsewhere = ["--allow-net=127.0.0.1:8081", "--allow-net=0.0.0.0:8080"];
  for (const permissions of [[], ["--allow-net=[::1]:8080"], elsewhere]) {
    const { code, stdout, stderr } = await run([
      ...ours(...permissions),
      "127.0.0.1:8080",
    ]);
    assertEquals([code, stdout], [1, ""]);
    assertOneLine(stderr);
    assertMatch(stderr, /cannot listen on 127\.0\.0\.1:8080: .*--allow-net/);
  }
});

test("command: --allow-net for the address that it listens on is enough", async () => {
  for (const hostname of ["127.0.0.1", "::1", "0.0.0.0", "::"]) {
    const address = freeAddress(hostname);
    const permission = `--allow-net=${formatAddress(address)}`;
    await using server = await Command.start(address, ours(permission));
    using peer = await Peer.join({
      hostname: hostname.replace("0.0.0.0", "127.0.0.1").replace(/^::$/, "::1"),
      port: address.port,
    });
    await peer.say("hello");
    assertEquals(await peer.hear(), "hello");
    await peer.hangUp();
    server.kill("SIGINT");
    assertEquals((await server.end()).code, STOPPED);
  }
});

test("command: a client's half frame, reset and silence concern no other client", async () => {
  await using server = await start();
  using witness = await Peer.join(server.address, "witness");
  {
    using truncated = await Peer.connect(server.address);
    await truncated.send(new Uint8Array([9, 1]));
  }
  const reset = await Resetter.connect(server.address);
  await reset.send(new Uint8Array([9, 1]));
  await reset.reset();
  using slow = await Peer.connect(server.address);
  const sentence = new Uint8Array([5, 104, 101, 108, 108, 111]);
  for (let at = 0; at < 5; at++) {
    await slow.send(sentence.subarray(at, at + 1));
    await witness.say(`${at}`);
    assertEquals(await witness.hear(), `${at}`);
  }
  server.kill("SIGTERM");
  const { code, stderr } = await server.end();
  assertEquals([code, stderr], [STOPPED, ""]);
});

test("command: --stats prints counts, among them what a slow client lost", async () => {
  await using server = await start("--stats", "0.05", "--capacity=64K");
  using _stuck = await Peer.join(server.address);
  await stick(server.address);
  for (let line = ""; !/ dropped=[1-9]/.test(line);) {
    line = await server.logLine() ?? "";
    if (line.startsWith("zillions: client ")) continue; // it lags
    assertMatch(line, /^zillions: clients=\d+ messagesIn=\d+ .* removed=\d+$/);
  }
});

test("command: --max-clients refuses one more", async () => {
  await using server = await start("--max-clients=1");
  using one = await Peer.join(server.address);
  using two = await Peer.connect(server.address);
  assertEquals(await two.body(), null);
  await one.say("hello");
  assertEquals(await one.hear(), "hello");
});

test("command: --max-clients-per-address refuses one more from that address, and says so", async () => {
  await using server = await Command.start(freeAddress("::"), [
    ...COMMAND,
    "--max-clients-per-address=1",
  ]);
  const { port } = server.address;
  using one = await Peer.join({ hostname: "127.0.0.1", port });
  using two = await Peer.connect({ hostname: "127.0.0.1", port });
  assertEquals(await two.body(), null);
  assertMatch(
    await server.logLine() ?? "",
    /^zillions: refused .*127\.0\.0\.1\]:\d+: .*--max-clients-per-address/,
  );
  using other = await Peer.join({ hostname: "::1", port });
  await other.say("hello");
  await one.hear();
  assertEquals(await one.hear(), "hello");
});

test("command: clients that are refused do not flood standard error", async () => {
  await using server = await start("--max-clients=1");
  using one = await Peer.join(server.address);
  for (let n = 0; n < 100; n++) {
    using more = await Peer.connect(server.address);
    assertEquals(await more.body(), null);
  }
  await one.hangUp();
  server.kill("SIGTERM");
  const { code, stderr } = await server.end();
  assertEquals(code, STOPPED);
  if (STOPPED !== 0) return;
  const lines = stderr.split("\n");
  assertEquals(lines.length, 11);
  assert(lines.slice(0, 10).every((line) => line.includes("refused")));
  assertEquals(
    lines[10],
    "zillions: suppressed 90 more lines of this kind: refused",
  );
});

test("command: the suppressed lines are counted when the period is over", async () => {
  const main = JSON.stringify(import.meta.resolve("../../main.ts"));
  const address = freeAddress();
  const source = `
    const { main } = await import(${main});
    const { delay } = await import("@std/async/delay");
    const wait = (ms, options) => delay(ms / 200, options);
    await main(["--max-clients=1", "${formatAddress(address)}"], Deno, wait);`;
  await using server = await Command.start(address, [
    Deno.execPath(),
    "eval",
    source,
  ]);
  using _one = await Peer.join(server.address);
  let line: string | undefined = "";
  while (!/suppressed \d+ more lines of this kind: refused/.test(line)) {
    for (let n = 0; n < 20; n++) {
      using more = await Peer.connect(server.address);
      assertEquals(await more.body(), null);
    }
    line = await server.logLine();
    assert(line !== undefined);
  }
});

test("command: --verbose says which clients come and go, and nothing that a client sent", async () => {
  await using server = await start("-v");
  {
    using peer = await Peer.join(
      server.address,
      "\x1b[2J\x9bnonsense\nzillions:",
    );
    await peer.send(new Uint8Array([255, 27, 99]));
    await peer.hangUp();
    await peer.hearAll();
  }
  assertMatch(
    await server.logLine() ?? "",
    /^zillions: client 1 \(127\.0\.0\.1:\d+\) connected$/,
  );
  assertMatch(
    await server.logLine() ?? "",
    /^zillions: client 1 \(127\.0\.0\.1:\d+\) left inside a message$/,
  );
});

test("command: --json prints one object a line", async () => {
  await using server = await start("-v", "--json", "--stats=0.05");
  using peer = await Peer.join(server.address);
  await peer.hangUp();
  const wanted = new Set(["connected", "disconnected", "stats"]);
  while (wanted.size > 0) {
    const line = JSON.parse(await server.logLine() ?? "");
    assert(!Number.isNaN(Date.parse(line.time)));
    assertEquals([line.level, typeof line.message], ["info", "string"]);
    if (line.event === "stats") assert(Number.isInteger(line.messagesIn));
    else assertEquals([line.client, typeof line.address], [1, "string"]);
    wanted.delete(line.event);
  }
  const taken = formatAddress(server.address);
  const { code, stderr } = await run([...COMMAND, "--json", taken]);
  const { level, message } = JSON.parse(stderr);
  assertEquals([code, level], [1, "error"]);
  assertEquals(message, `cannot listen on ${taken}: the port is taken`);
  const wrong = await run([...COMMAND, "--json", "--loud", taken]);
  assertEquals(wrong.code, 2);
  assertEquals(JSON.parse(wrong.stderr).event, "usage");
});

test("command: each line of the log has the time, in UTC, unless --no-log-time is given", async () => {
  const taken = freeAddress();
  using _listener = Deno.listen(taken);
  const log = async (...options: string[]) => {
    const { stderr } = await new Deno.Command(COMMAND[0]!, {
      args: [...COMMAND.slice(1), ...options, formatAddress(taken)],
      cwd: path("."),
    }).output();
    return new TextDecoder().decode(stderr);
  };
  const time = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) zillions: .+\n$/;
  for (const option of ["--verbose", "--loud"]) {
    const began = Date.now();
    const [, logged] = (await log(option)).match(time)!;
    assert(Date.parse(logged!) >= began && Date.parse(logged!) <= Date.now());
    assertMatch(await log(option, "--no-log-time"), /^zillions: .+\n$/);
  }
  const line = JSON.parse(await log("--json", "--no-log-time"));
  assertEquals([line.time, line.event], [undefined, "failure"]);
});

test({
  name:
    "command: SIGUSR2 prints the counts once; --stats prints them at the end",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using server = await start("--stats=86400");
    using peer = await Peer.join(server.address);
    server.kill("SIGUSR2");
    const counts = / clients=1 messagesIn=1 .* drained=0 /;
    assertMatch(await server.logLine() ?? "", counts);
    server.kill("SIGTERM");
    assertEquals(await peer.body(), null);
    await peer.hangUp();
    const { code, stderr } = await server.end();
    assertEquals(code, 0);
    const [first, last, ...more] = stderr.trimEnd().split("\n");
    assertMatch(first!, counts);
    assertMatch(last!, / clients=0 messagesIn=1 .* drained=1 /);
    assertEquals(more, []);
  },
});

test("command: --help and errors have the bounds of every number", () => {
  const help = helpText(DECLARED).replaceAll(/\s+/g, " ");
  let numbers = 0;
  for (const option of Object.values<Option<unknown>>(DECLARED.options)) {
    if (!option.range?.includes(" to ")) continue;
    numbers++;
    assert(help.includes(`(${option.range}`), option.range);
    if (option.value === "ADDRESS") continue; // its errors are the address's
    assert(option.takes.endsWith(`from ${option.range}`), option.takes);
  }
  assert(numbers >= 9);
});

test("command: --max-rate holds back what a client sends beyond", async () => {
  await using server = await start("--max-rate=5", "--stats=0.05");
  using peer = await Peer.connect(server.address);
  await peer.say(..."abcdefgh");
  for (let line = ""; !/ rateLimited=1 /.test(line);) {
    line = await server.logLine() ?? "";
    assert(line !== "");
  }
  assertEquals(await peer.hearMany(8), [..."abcdefgh"]);
});

test("command: --stall-timeout disconnects a client that makes no progress", async () => {
  await using server = await start("--stall-timeout=0.5", "--stats=0.05");
  using _stuck = await Peer.join(server.address);
  await stick(server.address);
  for (let line = ""; !/ stalled=1 /.test(line);) {
    line = await server.logLine() ?? "";
    assert(line !== "");
  }
});

test("README: names each option of the command, and its value", () => {
  const readmes = ["", "lib/server/", "lib/nats/", "lib/web/"]
    .map((folder) => `${folder}README.md`);
  const texts = readmes.map((name) => Deno.readTextFileSync(path(name)));
  for (const [key, option] of Object.entries(DECLARED.options)) {
    const value = "value" in option ? ` ${option.value}` : "";
    const name = `\`${optionName(key)}${value}\``;
    assert(texts.some((text) => text.includes(name)), key);
  }
});

test({
  name: "command: SIGINT and SIGTERM send what waits; exit 0",
  ignore: Deno.build.os === "windows",
  async fn() {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      await using server = await start();
      using peer = await Peer.join(server.address);
      const texts = Array.from({ length: 10_000 }, (_, n) => numbered(n, 200));
      for (let n = 0; n < texts.length; n += 100) {
        await peer.say(...texts.slice(n, n + 100));
      }
      assertEquals(await peer.hear(), texts[0]);
      server.kill(signal);
      server.kill(signal); // as when a task runner passes on a Ctrl-C
      const heard = await peer.hearAll();
      // What was still on its way to the server is not the server's.
      assertEquals(heard, texts.slice(1, 1 + heard.length));
      peer[Symbol.dispose]();
      const { code, stdout, stderr } = await server.end();
      assertEquals({ code, stdout, stderr }, {
        code: 0,
        stdout: "",
        stderr: "",
      });
    }
  },
});

test({
  name: "command: a second signal ends it at once",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using server = await start("--stats=0.05");
    using _stuck = await Peer.join(server.address);
    await stick(server.address);
    // Lines of counts are the clock: those printed until now are skipped, and
    // draining would take a hundred more.
    const broadcast = / messagesIn=60002 /;
    while (!broadcast.test(await server.logLine() ?? ""));
    const ended = server.end();
    // The last line of counts comes when nobody is connected any more.
    let line: string | undefined = "";
    const isOver = () => line === undefined || / clients=0 /.test(line);
    let signals = 0;
    for (; signals < 10 && !isOver(); signals++) {
      server.kill("SIGTERM");
      // The next signal is not one with it, nor comes when it has ended the server.
      for (let n = 0; n < 5 && !isOver(); n++) line = await server.logLine();
    }
    assert(signals < 10);
    assertEquals((await ended).code, 0);
  },
});

test({
  name:
    "command: when descriptors run out, accepting pauses and resumes; one warning",
  ignore: Deno.build.os === "windows",
  async fn() {
    const address = freeAddress();
    await using server = await Command.start(address, [
      "sh",
      "-c",
      `ulimit -n 64; exec "$@"`,
      "sh",
      ...COMMAND,
    ]);
    using first = await Peer.join(address, "first");
    const crowd = await Promise.all(
      Array.from({ length: 64 }, () => Peer.connect(address)),
    );
    const logLine = await server.logLine();
    assertMatch(logLine!, /^zillions: cannot accept clients.*open files/);
    await first.say("unharmed");
    assertEquals(await first.hear(), "unharmed");
    for (const peer of crowd) peer[Symbol.dispose]();
    using next = await Peer.join(address, "next");
    assertEquals(await first.hear(), "next");
    await next.hangUp();
    server.kill("SIGTERM");
    await macrotask();
    const { code, stderr } = await server.end();
    assertEquals([code, stderr], [0, logLine]);
  },
});
