/**
 * The options of the stress tester: each is declared here once, with its help, its
 * range and its defaults. The help text, the parser and the error messages are made
 * from these declarations.
 *
 * @module
 */
import { Command, CommanderError, Option as Flag } from "commander";
import { escape } from "@zillions/server/escape";
import { MAX_MESSAGES } from "./load/load.ts";
import type { Mode } from "./report/report.ts";
import {
  ADDRESS,
  BODY_SIZES,
  decimal,
  FILE,
  integer,
  SECONDS,
  UsageError,
  type ValueType,
} from "./value_types.ts";

/** An option with a value. */
export interface Option<Value> {
  flags: string;
  help: string;
  type: ValueType<Value>;
  /** The modes that have the option, with its default if it has one. */
  defaults: Partial<Record<Mode, string | null>>;
  /** The default where `--participants` is given. */
  withParticipants?: string;
}

/** The most clients of a kind, and of repetitions: what memory and ports allow. */
const MANY = 100_000;

/** The range of rates, messages per second. */
const [MIN_RATE, MAX_RATE] = [0.01, 1e8] as const;

/** The options with values. */
export const OPTIONS = {
  server: option({
    flags: "-a, --server <ADDRESS>",
    help: "where servers are told to listen; with port 0 they choose the port",
    type: ADDRESS,
    defaults: inAllModes("127.0.0.1:8080"),
  }),
  repetitions: option({
    flags: "-r, --repetitions <N>",
    help: "how often everything is repeated",
    type: integer(1, MANY),
    defaults: { reference: "100", load: "3" },
  }),
  readyTimeout: option({
    flags: "--ready-timeout <S>",
    help: "seconds in which a server must be ready",
    type: SECONDS,
    defaults: inAllModes("10"),
  }),
  timeout: option({
    flags: "--timeout <S>",
    help: "seconds without a delivery after which a server counts as stalled",
    type: SECONDS,
    defaults: inAllModes("5"),
  }),
  maxLost: option({
    flags: "--max-lost <PERCENT>",
    help: "fail if a larger part of the deliveries is lost",
    type: decimal(0, 100),
    defaults: inAllModes("100"),
  }),
  json: option({
    flags: "--json <FILE>",
    help: "write all results as JSON",
    type: FILE,
    defaults: inAllModes(null),
  }),
  report: option({
    flags: "--report <FILE>",
    help: "write a report as an HTML page",
    type: FILE,
    defaults: inAllModes(null),
  }),
  publishers: option({
    flags: "-p, --publishers <N>",
    help: "clients that send",
    type: integer(0, MANY),
    defaults: inAllModes("2"),
    withParticipants: "0",
  }),
  subscribers: option({
    flags: "-s, --subscribers <N>",
    help: "clients that receive; in reference mode for each publisher",
    type: integer(0, MANY),
    defaults: { reference: "3", load: "50", sweep: "50" },
    withParticipants: "0",
  }),
  messages: option({
    flags: "-m, --messages <N>",
    help: "messages that each publisher sends",
    type: integer(1, MAX_MESSAGES),
    defaults: { reference: "1000" },
  }),
  rate: option({
    flags: "--rate <N>",
    help: "messages per second, over all senders; the first rate of a sweep",
    type: decimal(MIN_RATE, MAX_RATE),
    defaults: { load: null, sweep: "1000" },
  }),
  duration: option({
    flags: "--duration <S>",
    help: "seconds of a run",
    type: SECONDS,
    defaults: { load: "5", sweep: "2" },
  }),
  count: option({
    flags: "--count <N>",
    help: "messages of a run, instead of a duration",
    type: integer(1, MAX_MESSAGES),
    defaults: { load: null },
  }),
  participants: option({
    flags: "--participants <N>",
    help: "clients that send and receive",
    type: integer(0, MANY),
    defaults: { load: "0", sweep: "0" },
  }),
  sampled: option({
    flags: "--sampled <N>",
    help: "receivers whose latency is measured; more may overload the tester",
    type: integer(1, MANY),
    defaults: { load: "50", sweep: "50" },
  }),
  body: option({
    flags: "--body <BYTES>",
    help: "bytes of a body",
    type: BODY_SIZES,
    defaults: { load: "64", sweep: "64" },
  }),
  stuck: option({
    flags: "--stuck <N>",
    help: "clients that never read",
    type: integer(0, MANY),
    defaults: { load: "0", sweep: "0" },
  }),
  churn: option({
    flags: "--churn <N>",
    help: "clients that connect and disconnect during the run",
    type: integer(0, MANY),
    defaults: { load: "0", sweep: "0" },
  }),
} as const;

/** The name of an option in {@linkcode OPTIONS}. */
export type OptionName = keyof typeof OPTIONS;

/** The command line, split but not yet judged. */
export interface CommandLine {
  /** The values given, as text. */
  given: Partial<Record<OptionName, string>>;
  sweep: boolean;
  executables: string[];
}

const DESCRIPTION = [
  "Starts servers of the Zillions specification, plays clients against them, and judges what they deliver.",
  "An EXECUTABLE is started with the address as its last argument. It may be a command with arguments ('deno run --allow-net main.ts'), or the address of a server that runs already. Several servers are tested in turn and compared to the first.",
  "In reference mode, the default, publishers wait for their subscribers. In load mode messages are due at a rate, whatever the server does.",
].join("\n\n");

/** The width of the help, in characters. */
const HELP_WIDTH = 80;

/** The text of `--help`. */
export const HELP: string = command().helpInformation();

/**
 * Splits the command line into options and executables.
 *
 * @throws {UsageError} If an option does not exist or lacks its value.
 */
export function parseCommandLine(
  args: string[],
): CommandLine | "help" | "version" {
  const parser = command();
  try {
    parser.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const message = error.message.replace(/^error: /, "").replace(/\s+/g, " ");
    throw new UsageError(escape(message.trim()));
  }
  const { sweep, help, version, ...given } = parser.opts();
  if (help) return "help";
  if (version) return "version";
  return { given, sweep: sweep ?? false, executables: parser.args };
}

/** The long name of an option. */
export function longName(name: OptionName): string {
  return new Flag(OPTIONS[name].flags).name();
}

function option<Value>(declared: Option<Value>): Option<Value> {
  return declared;
}

function inAllModes(text: string | null): Option<unknown>["defaults"] {
  return { reference: text, load: text, sweep: text };
}

/** A parser of the options, which neither prints nor exits. */
function command(): Command {
  const parser = new Command("stresstest")
    .description(DESCRIPTION)
    .usage("[OPTIONS] EXECUTABLE...")
    .argument("[EXECUTABLE...]")
    .exitOverride()
    .helpOption(false)
    .configureHelp({ helpWidth: HELP_WIDTH, visibleArguments: () => [] })
    .configureOutput({
      writeErr: () => {},
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const [name, declared] of Object.entries(OPTIONS)) {
    const flag = new Flag(declared.flags, description(declared))
      .helpGroup(group(declared));
    if (name === "count") flag.conflicts("duration");
    parser.addOption(flag);
  }
  parser.addOption(
    new Flag(
      "--sweep",
      "raise the rate until the server no longer keeps up, and name the knee: the highest rate with which it did",
    ).helpGroup("Load mode:"),
  );
  parser.addOption(new Flag("-h, --help", "print this help"));
  parser.addOption(new Flag("-V, --version", "print the version"));
  return parser;
}

function group({ defaults }: Option<unknown>): string {
  if (defaults.load === undefined) return "Reference mode:";
  return defaults.reference === undefined ? "Load mode:" : "Options:";
}

/** The help of an option, with its range and its defaults. */
function description(declared: Option<unknown>): string {
  const { help, type, withParticipants } = declared;
  const defaults = defaultTexts(declared);
  if (withParticipants !== undefined) {
    defaults.push(`${withParticipants} with --participants`);
  }
  const parts = [type.description];
  if (defaults.length > 0) parts.push(`default ${defaults.join(", ")}`);
  return `${help} (${parts.join("; ")})`;
}

function defaultTexts({ defaults }: Option<unknown>): string[] {
  const known = Object.entries(defaults)
    .filter((entry): entry is [Mode, string] => entry[1] !== null);
  const texts = new Set(known.map(([, text]) => text));
  const inAll = known.length === Object.keys(defaults).length;
  if (inAll && texts.size === 1) return [...texts];
  return known.map(([mode, text]) => `${text} in ${modeName(mode)}`);
}

/** The name of a mode, in a sentence. */
export function modeName(mode: Mode): string {
  return mode === "sweep" ? "a sweep" : `${mode} mode`;
}
