import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseCommandLine, UsageError } from "../../lib/cli/command_line.ts";
import { helpText } from "../../lib/cli/help.ts";
import { address, flag, text, wholeNumber } from "../../lib/cli/options.ts";
import { test } from "../support/test.ts";

const OPTIONS = {
  maxWords: wholeNumber({
    value: "N",
    min: 1,
    max: 9,
    default: 3,
    help:
      "the most words that are said at a time, by each of the people who speak",
  }),
  nickname: text({
    value: "NAME",
    default: undefined,
    defaultText: "your own",
    help: "a name",
  }),
  verbose: flag({ short: "v", help: "say more" }),
};

const COMMAND = {
  usage: "say [OPTIONS] ADDRESS",
  about: "Says something.",
  argument: address({ value: "ADDRESS", default: undefined, help: "to whom" }),
  options: OPTIONS,
  notes: "That is all.",
};

const NEEDY = { ...COMMAND, needs: { nickname: ["maxWords"] } } as const;

function parse(...args: string[]) {
  return parseCommandLine(args, COMMAND);
}

test("parseCommandLine() gives each option its value or its default", () => {
  assertEquals(parse("a:1"), {
    argument: { hostname: "a", port: 1 },
    options: { maxWords: 3, nickname: undefined, verbose: false },
  });
  assertEquals(parse("-v", "--max-words", "4", "--nickname=1.50", "a:1"), {
    argument: { hostname: "a", port: 1 },
    options: { maxWords: 4, nickname: "1.50", verbose: true },
  });
});

test("parseCommandLine() takes the default of an argument that is not given", () => {
  const server = { hostname: "b", port: 2 };
  const argument = address({ value: "ADDRESS", default: server, help: "" });
  const parsed = parseCommandLine([], { ...COMMAND, argument });
  assert(typeof parsed === "object");
  assertEquals(parsed.argument, server);
});

test("parseCommandLine() is asked for help and version before any value is read", () => {
  assertEquals(parse("--max-words=x", "-h", "a", "b"), "help");
  assertEquals(parse("--version"), "version");
});

test("parseCommandLine() says what is wrong, what is taken, and how to call the command", () => {
  const wrong: [string[], string][] = [
    [[], "an ADDRESS is needed"],
    [["a:1", "b:1", "c:1"], "one ADDRESS is enough, not 3"],
    [["a"], 'cannot read the address "a": it has no port'],
    [["--maxWords=1", "a:1"], 'unknown option "--maxWords=1"'],
    [["--__proto__=1", "a:1"], 'unknown option "--__proto__=1"'],
    [["-x\x1b[2J", "a:1"], 'unknown option "-x␛[2J"'],
    [
      ["--max-words", "10", "a:1"],
      '--max-words takes a whole number from 1 to 9, not "10"',
    ],
    [
      ["a:1", "--max-words"],
      '--max-words takes a whole number from 1 to 9, not ""',
    ],
    [
      ["--max-words=a\nb", "a:1"],
      '--max-words takes a whole number from 1 to 9, not "a␊b"',
    ],
    [["--nickname=", "a:1"], '--nickname takes some text, not ""'],
    [
      ["--max-words", "-1", "a:1"],
      '--max-words takes a whole number from 1 to 9, not "-1"',
    ],
    [["-1", "--verbose", "-2", "a:1"], 'unknown option "-1"'],
    [["--verbose=no", "a:1"], "--verbose takes no value"],
    [["--help=", "a:1"], "--help takes no value"],
    [
      ["--max-words", "a:1"],
      '--max-words takes a whole number from 1 to 9, not "a:1", which is the ADDRESS: its value is missing',
    ],
    [
      ["--max-words", "ten"],
      '--max-words takes a whole number from 1 to 9, not "ten"',
    ],
  ];
  for (const [args, why] of wrong) {
    const { message } = assertThrows(() => parse(...args), UsageError);
    assertEquals(message, `${why} (usage: say [OPTIONS] ADDRESS; see --help)`);
  }
});

test("parseCommandLine() refuses an option that does nothing without another", () => {
  const { message } = assertThrows(
    () => parseCommandLine(["--max-words=2", "a:1"], NEEDY),
    UsageError,
  );
  assertEquals(
    message,
    "--max-words does nothing without --nickname (usage: say [OPTIONS] ADDRESS; see --help)",
  );
  parseCommandLine(["--max-words=2", "--nickname=b", "a:1"], NEEDY);
});

test("helpText() has each option with its bounds and default, in 80 columns", () => {
  assertEquals(
    helpText(COMMAND),
    `Usage: say [OPTIONS] ADDRESS

Says something.

  ADDRESS                  to whom (port 0 to 65535)
  --max-words N            the most words that are said at a time, by each of
                           the people who speak (1 to 9; default 3)
  --nickname NAME          a name (default your own)
  -v, --verbose            say more
  -h, --help               print this help
  --version                print the version

That is all.`,
  );
});
