import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Arguments,
  parseArguments,
  UsageError,
} from "../../lib/stresstest/arguments.ts";
import { HELP } from "../../lib/stresstest/options.ts";
import { targets } from "../../lib/stresstest/target/target.ts";

function parsed(...args: string[]): Arguments {
  const found = parseArguments(args);
  assert(typeof found === "object");
  return found;
}

Deno.test("parseArguments() reference mode has the specification's defaults", () => {
  const { address, repetitions, mode } = parsed("./server");
  assertEquals(address, { hostname: "127.0.0.1", port: 8080 });
  assertEquals(repetitions, 100);
  assertEquals(mode, {
    name: "reference",
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

Deno.test("parseArguments() reads the specification's options, short and long", () => {
  const short = parsed(
    ..."-a [::1]:80 -p 3 -s 4 -m 5 -r 6 ./server".split(" "),
  );
  const long = parsed(
    ..."--server [::1]:80 --publishers 3 --subscribers 4 --messages=5 --repetitions 6 ./server"
      .split(" "),
  );
  assertEquals(short, long);
  assertEquals(short.address, { hostname: "::1", port: 80 });
  assertEquals(short.repetitions, 6);
  assertEquals(short.inForce, {
    server: "[::1]:80",
    publishers: 3,
    subscribers: 4,
    messages: 5,
    repetitions: 6,
    "ready-timeout": 10,
    timeout: 5,
    "max-lost": 100,
  });
});

Deno.test("parseArguments() reads a load", () => {
  const { mode, repetitions } = parsed(
    ..."--rate 2000 --duration 3 --talkers 7 --timed 5 --body 10-20 --stuck 1 --churn 2 --max-lost 0.5 x"
      .split(" "),
  );
  assertEquals(repetitions, 3);
  assertEquals(mode, {
    name: "load",
    settings: {
      rate: 2000,
      count: 6000,
      publishers: 0,
      subscribers: 0,
      talkers: 7,
      timed: 5,
      stuck: 1,
      churn: 2,
      body: { min: 10, max: 20 },
      timeout: 5000,
      maxLost: 0.005,
    },
    duration: 3,
  });
});

Deno.test("parseArguments() a count says how long a load takes", () => {
  const { mode } = parsed("--rate", "2000", "--count", "500", "x");
  assert(mode.name === "load");
  assertEquals([mode.settings.count, mode.duration], [500, 0.25]);
  const { publishers, subscribers, timed } = mode.settings;
  assertEquals([publishers, subscribers, timed], [2, 50, 50]);
});

Deno.test("parseArguments() reads a sweep", () => {
  const { mode, repetitions } = parsed("--sweep", "x");
  assert(mode.name === "sweep");
  assertEquals([repetitions, mode.duration, mode.settings.rate], [1, 2, 1000]);
});

Deno.test("parseArguments() says what is wrong, in one line", () => {
  const wrong: [string, RegExp][] = [
    ["", /^which EXECUTABLE/],
    ["--bogus x", /^there is no option "--bogus"$/],
    ["-z x", /^there is no option "-z"$/],
    ["-p 0 x", /^--publishers is a whole number from 1 to \d+, not "0"$/],
    ["-m 1.5 x", /^--messages is a whole number/],
    ["-s x", /^which EXECUTABLE/],
    ["-r -1 x", /^there is no option "-1"$/],
    ["-a nowhere x", /^--server: Cannot read the address "nowhere"/],
    ["--timeout 0 x", /^--timeout is a number from 0.001/],
    ["--max-lost 101 x", /^--max-lost is a number from 0 to 100/],
    ["--rate x y", /^--rate is a number from/],
    ["--count 5 x", /^a load needs --rate, or --sweep$/],
    ["--rate 5 --count 5 --duration 5 x", /exclude each other$/],
    ["--rate 5 --messages 5 x", /^--messages has no meaning under load$/],
    ["--sweep -r 5 x", /^--repetitions has no meaning in a sweep$/],
    ["--rate 5 --body 3 x", /^--body is 4 to 255 bytes/],
    ["--rate 5 --body 20-10 x", /^--body is 4 to 255 bytes/],
    ["--rate 5 -p 0 x", /^nobody sends/],
    ["--rate 5 -s 0 x", /^nobody receives/],
    ["--rate 5 --talkers x y", /^--talkers is a whole number/],
    ["--rate 5 --timed 0 y", /^--timed is a whole number from 1/],
    ["--rate 1000000 --duration 3600 x", /too many for a run/],
    ["x --json", /^--json needs the name of a file$/],
  ];
  for (const [line, message] of wrong) {
    const args = line.split(" ").filter(Boolean);
    const error = assertThrows(() => parseArguments(args), UsageError);
    assert(message.test(error.message), `${line}: ${error.message}`);
    assert(!error.message.includes("\n"));
  }
  assertThrows(() => parseArguments([" "]), UsageError, "is empty");
});

Deno.test("parseArguments() help and version need nothing else", () => {
  for (const arg of ["-h", "--help"]) {
    assertEquals(parseArguments([arg]), "help");
  }
  for (const arg of ["-V", "--version"]) {
    assertEquals(parseArguments([arg]), "version");
  }
});

Deno.test("parseArguments() every option is in the help, which fits 80 columns", () => {
  const { inForce } = parsed("--rate", "5", "x");
  for (const name of Object.keys(inForce)) {
    assert(HELP.includes(`--${name}`), name);
  }
  for (const line of HELP.split("\n")) assert(line.length <= 80, line);
});

Deno.test("targets() tells addresses, paths and commands", () => {
  const path = fileURLToPath(import.meta.url);
  const found = targets([
    "127.0.0.1:9000",
    path,
    "deno run -A 'my server.ts' --fast",
  ]);
  assertEquals(
    found.map(({ name, command, address }) => ({
      name,
      command,
      address,
    })),
    [
      {
        name: "127.0.0.1:9000",
        command: undefined,
        address: { hostname: "127.0.0.1", port: 9000 },
      },
      { name: "arguments_test.ts", command: [path], address: undefined },
      {
        name: "my server.ts",
        command: ["deno", "run", "-A", "my server.ts", "--fast"],
        address: undefined,
      },
    ],
  );
});

Deno.test("targets() names are short", () => {
  const [found] = targets(["sh -c 'cd somewhere && exec ./a-server $0'"]);
  assertEquals(found?.name, "a-server $0");
  const [long] = targets([`./${"x".repeat(100)}`]);
  assertEquals(long?.name, `${"x".repeat(23)}…`);
});

Deno.test("targets() names are unique", () => {
  const names = targets(["a/server", "b/server", "other"]).map(({ name }) =>
    name
  );
  assertEquals(names, ["server (1)", "server (2)", "other"]);
});
