/**
 * The command line: splits it into options and executables, and writes the help, both
 * from the declared options. The arguments are read with it.
 *
 * @module
 */
import { Command, CommanderError, Option as Flag } from "commander";
import { escape } from "@zillions/server/escape";
import { modeName, type Option, type OptionName, OPTIONS } from "./options.ts";
import type { Mode } from "./report/report.ts";
import { UsageError } from "./value_types.ts";

/** The command line, split but not yet judged. */
export interface CommandLine {
  /** The values given, as text. */
  given: Partial<Record<OptionName, string>>;
  sweep: boolean;
  executables: string[];
}

const DESCRIPTION = [
  "Starts servers of the Zillions specification, plays clients against them, and judges what they deliver.",
  "An EXECUTABLE is started with the address as its last argument; NAME= before it names it in the reports. It may be a command with arguments ('deno run --allow-net main.ts'), or the address of a server that runs already: IP:PORT, tls://HOST:PORT, unix:PATH or ws://HOST:PORT/PATH; several addresses with commas between are the nodes of one system. Several servers are tested in turn and compared to the first.",
  "In reference mode, the default, publishers wait for their subscribers. In load mode messages are due at a rate, whatever the server does.",
  "Reference mode has the roles, ids, ticks and counts of the specification's stress tester. It differs in this: a message is one write with TCP_NODELAY, where the original writes header and body apart without it, and so waits some 40 ms for each message on most servers; publishers and the clock read what they receive and discard it; bodies look random but can be recognized, so that damage, repetition and order are checked; and a server that delivers nothing for --timeout has stalled, though the clock ticks.",
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
