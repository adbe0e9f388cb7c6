import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Arguments,
  parseArguments,
  UsageError,
} from "../../lib/stresstest/arguments.ts";
import { formatEndpoint } from "../../lib/client/endpoint.ts";
import { HELP } from "../../lib/stresstest/command_line.ts";
import { longName, OPTIONS } from "../../lib/stresstest/options.ts";
import { test } from "../support/test.ts";

/** The arguments of a command line that asks for a test. */
function parsed(line: string): Arguments {
  const found = parseArguments(line.split(" "));
  assert(typeof found === "object");
  return found;
}

test("parseArguments() has the specification's defaults in reference mode", () => {
  const { addresses, repetitions, play } = parsed("./server");
  assertEquals(addresses, [{
    transport: "tcp",
    hostname: "127.0.0.1",
    port: 8080,
  }]);
  assertEquals(repetitions, 100);
  assertEquals(play, {
    mode: "reference",
    settings: {
      publishers: 2,
      subscribers: 3,
      messages: 1000,
      tick: 1000,
      timeout: 5000,
      maxLost: 1,
    },
  });
});

test("parseArguments() reads the specification's options, short and long", () => {
  const short = parsed("-a [::1]:80 -p 3 -s 4 -m 5 -r 6 ./server");
  const long = parsed(
    "--server [::1]:80 --publishers 3 --subscribers 4 --messages=5 --repetitions 6 ./server",
  );
  assertEquals(short, long);
  assertEquals(short.addresses, [{
    transport: "tcp",
    hostname: "::1",
    port: 80,
  }]);
  assertEquals(
    parsed("-a [::1]:80,[::1]:81 ./server").addresses.map(formatEndpoint),
    ["[::1]:80", "[::1]:81"],
  );
  assertEquals(short.repetitions, 6);
  assertEquals(short.settings, {
    server: "[::1]:80",
    publishers: 3,
    subscribers: 4,
    messages: 5,
    repetitions: 6,
    "ready-timeout": 10,
    "warm-up": 0,
    timeout: 5,
    "max-lost": 100,
  });
});

test("parseArguments() reads a load", () => {
  const { play, repetitions } = parsed(
    "--rate 2000 --duration 3 --participants 7 --sampled 5 --body 10-20 --stuck 1 --churn 2 --max-lost 0.5 x",
  );
  assertEquals(repetitions, 3);
  assertEquals(play, {
    mode: "load",
    settings: {
      rate: 2000,
      count: 6000,
      publishers: 0,
      subscribers: 0,
      participants: 7,
      sampled: 5,
      stuck: 1,
      churn: 2,
      body: { min: 10, max: 20 },
      timeout: 5000,
      maxLost: 0.005,
    },
  });
});

test("parseArguments() reads a number of messages instead of a duration", () => {
  const { play } = parsed("--rate 2000 --count 500 x");
  assert(play.mode === "load");
  const { count, publishers, subscribers, sampled } = play.settings;
  assertEquals([count, publishers, subscribers, sampled], [500, 2, 50, 50]);
});

test("parseArguments() reads a sweep", () => {
  const { play, repetitions } = parsed("--sweep x");
  assert(play.mode === "sweep");
  assertEquals([repetitions, play.duration, play.settings.rate], [1, 2, 1000]);
});

test("parseArguments() says in one line what is wrong", () => {
  const wrong: [string, RegExp][] = [
    ["", /^an EXECUTABLE is missing/],
    ["--bogus x", /^unknown option '--bogus'$/],
    ["--publisher 3 x", /Did you mean --publishers\?/],
    ["-z x", /^unknown option '-z'$/],
    ["-p -1 x", /^--publishers is a whole number, 0 to 100,000, not "-1"$/],
    ["-m 1.5 x", /^--messages is a whole number/],
    ["-s x", /^an EXECUTABLE is missing/],
    [
      "-a nowhere x",
      /^--server is an address, IP:PORT, tls:..IP:PORT or unix:PATH, or several with commas between, not "nowhere"$/,
    ],
    ["--timeout 0 x", /^--timeout is a number, 0.001 to/],
    ["--max-lost 101 x", /^--max-lost is a number, 0 to 100, /],
    ["--rate x y", /^--rate is a number/],
    ["--count 5 x", /^load mode needs --rate, or --sweep$/],
    ["--rate 5 --count 5 --duration 5 x", /cannot be used with/],
    ["--rate 5 --messages 5 x", /^--messages has no meaning in load mode$/],
    ["--sweep -r 5 x", /^--repetitions has no meaning in a sweep$/],
    ["--rate 5 --body 3 x", /^--body is a number of bytes, 4 to 255/],
    ["--rate 5 --body 20-10 x", /^--body is a number of bytes/],
    ["-p 0 x", /^no client sends/],
    ["--rate 5 -p 0 x", /^no client sends/],
    ["--rate 5 -s 0 x", /^no client receives/],
    ["--rate 5 --participants x y", /^--participants is a whole number/],
    ["--rate 5 --sampled 0 y", /^--sampled is a whole number, 1 to/],
    ["--rate 1000000 --duration 3600 x", /too many for a run/],
    ["x --json", /^option '--json <FILE>' argument missing$/],
    ["x --json=", /^--json is the name of a file, not ""$/],
  ];
  for (const [line, message] of wrong) {
    const args = line.split(" ").filter(Boolean);
    const error = assertThrows(() => parseArguments(args), UsageError);
    assert(message.test(error.message), `${line}: ${error.message}`);
    assert(!error.message.includes("\n"));
  }
  assertThrows(() => parseArguments([" "]), UsageError, "is empty");
});

test("parseArguments() help and version need nothing else", () => {
  for (const arg of ["-h", "--help"]) {
    assertEquals(parseArguments([arg]), "help");
  }
  for (const arg of ["-V", "--version"]) {
    assertEquals(parseArguments([arg]), "version");
  }
});

test("HELP has every option with its range, and fits 80 columns", () => {
  const text = HELP.replaceAll(/\s+/g, " ");
  for (const name of Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]) {
    assert(text.includes(`--${longName(name)} <`), name);
    assert(text.includes(OPTIONS[name].type.description), name);
  }
  for (const line of HELP.split("\n")) assert(line.length <= 80, line);
});
