/** Words from outside, at random: addresses, and the command lines of all commands. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  type Address,
  formatAddress,
  parseAddress,
} from "../../lib/wire/address.ts";
import { parseArguments, UsageError } from "../../lib/stresstest/arguments.ts";
import { HELP as STRESSTEST_HELP } from "../../lib/stresstest/command_line.ts";
import { helpText } from "../../lib/cli/help.ts";
import { COMMAND as CLIENT } from "../../lib/client/chat/arguments.ts";
import { main as client } from "../../lib/client/chat/main.ts";
import type { CommandProcess } from "../../lib/cli/process.ts";
import { COMMAND as SERVER } from "../../lib/command/arguments.ts";
import { main as server } from "../../main.ts";
import { macrotask } from "../support/jitter.ts";
import { holds } from "../support/property.ts";
import { test } from "../support/test.ts";

/** What may be printed of what is wrong: nothing a terminal acts on, no code. */
const ONE_LINE = String.raw`(?!.*(?:is not a|undefined|\[object))[^\p{Cc}]+`;

/** Pieces that addresses and arguments are made of, sound and unsound. */
const fragment = fc.oneof(
  fc.constantFrom(
    ...["", "127.0.0.1", "::1", "::ffff:1.2.3.4", "fe80::1%eth0", "localhost"],
    ...[":", "[", "]", "%", "=", ",", ".", "-", "--", "/", "\\", "'", '"'],
    ...["0", "1", "8080", "65535", "65536", "-1", "1.5", "1e9", "0x10", "NaN"],
    ...["16M", "4K", "1G", "Infinity", "99999999999999999999", "10-20"],
    ...[" ", "\n", "\r", "\t", "\0", "\x1b[2J", "\x9b", "\u202e", "\ud800"],
    ...["__proto__", "constructor", "toString", "é", "天", "x".repeat(300)],
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const text = fc.oneof(
  fragment,
  fc.array(fragment, { maxLength: 5 }).map((all) => all.join("")),
);

test("fuzz: parseAddress() reads it, or says in one line why not", async (t) => {
  const port = fc.oneof(fragment, fc.nat(70_000));
  const address = fc.oneof(
    text,
    fc.tuple(text, fc.constantFrom(":", "]:"), port).map((all) => all.join("")),
    fc.tuple(fc.ipV4(), port).map(([ip, port]) => `${ip}:${port}`),
    fc.tuple(fc.ipV6(), port).map(([ip, port]) => `[${ip}]:${port}`),
  );
  await holds(
    t,
    fc.property(address, (text) => {
      let address: Address;
      try {
        address = parseAddress(text);
      } catch (error) {
        assert(error instanceof TypeError || error instanceof RangeError);
        const wrong = new RegExp(`^Cannot read the address${ONE_LINE}$`, "u");
        assertMatch(error.message, wrong);
        return;
      }
      const { hostname, port } = address;
      assert(hostname !== "" && port >= 0 && port <= 65535);
      assertEquals(parseAddress(formatAddress(address)), address);
    }),
    4000,
  );
});

/** Command lines of a command with such a help. */
function lines(help: string): fc.Arbitrary<string[]> {
  const option = fc.constantFrom(...help.match(/(?<=\s)--?[A-Za-z][a-z-]*/g)!);
  const word = fc.oneof(
    text,
    text.map((name) => `--${name}`),
    text.map((name) => `-${name}`),
    option,
    fc.tuple(option, text).map(([option, value]) => `${option}=${value}`),
    fc.tuple(option, text).map(([option, name]) => `${option}.${name}`),
    option.map((name) => name.replace("--", "--no-")),
  );
  const given = fc.tuple(option, fragment).map((given) => given.join("="));
  const address = fc.constantFrom("127.0.0.1:0", "[::1]:0");
  return fc.oneof(
    fc.array(word, { maxLength: 4 }),
    fc.tuple(word, address),
    fc.tuple(given, address),
  );
}

/** What a command did. */
interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** An exit that did not happen. */
class Exit extends Error {
  constructor(readonly code: number) {
    super("exit");
  }
}

async function outcome(
  main: (args: string[], process: CommandProcess) => Promise<void>,
  args: string[],
): Promise<Outcome> {
  const printed = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof printed) => ({
    isTerminal: () => false,
    write(bytes: Uint8Array) {
      printed[name] += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  });
  const process = {
    stdin: { isTerminal: () => false, read: () => Promise.resolve(null) },
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    exitCode: 0,
    exit(code?: number): never {
      throw new Exit(code!);
    },
  };
  try {
    await main(args, process);
  } catch (thrown) {
    if (!(thrown instanceof Exit)) throw thrown;
    process.exitCode = thrown.code;
  }
  await macrotask(); // the signals' listeners end
  return { code: process.exitCode, ...printed };
}

for (
  const [name, main, help] of [
    ["zillions", server, helpText(SERVER)],
    ["client", client, helpText(CLIENT)],
  ] as const
) {
  test({
    name:
      `fuzz: ${name} answers any command line with what was asked for, or one line and an exit code`,
    // It can neither listen nor connect.
    permissions: { net: false, read: true, env: true },
    fn: async (t) => {
      const codes = new Set<number>();
      const many = await holds(
        t,
        fc.asyncProperty(lines(help), async (args) => {
          const { code, stdout, stderr } = await outcome(main, args);
          codes.add(code);
          if (code === 0) {
            assert(stdout !== "" && stderr === "");
          } else {
            assertEquals(stdout, "");
            const line = stderr.startsWith("{")
              ? `${name}: ${JSON.parse(stderr).message}\n`
              : stderr.replace(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z /, "");
            assertMatch(line, new RegExp(`^${name}: ${ONE_LINE}\n$`, "u"));
          }
        }),
        1500,
      );
      if (many) assertEquals([...codes].sort(), [0, 1, 2]);
    },
  });
}

test("fuzz: parseArguments() reads any command line, or says in one line why not", async (t) => {
  let read = 0;
  const many = await holds(
    t,
    fc.property(lines(STRESSTEST_HELP), (args) => {
      try {
        parseArguments(args);
        read++;
      } catch (error) {
        assert(error instanceof UsageError, `${error}`);
        assertMatch(error.message, new RegExp(`^${ONE_LINE}$`, "u"));
      }
    }),
    2500,
  );
  if (many) assert(read > 0);
});
