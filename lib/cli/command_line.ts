/**
 * The command line: parses the arguments of a command, as the command declares
 * its options. The server's and the client's command use it.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { escape } from "../wire/escape.ts";
import { describeError } from "../wire/io_error.ts";
import { flag, type Option } from "./options.ts";

/** Options by their names; `maxClients` is `--max-clients` on the command line. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** What a command takes, and what it says of itself. */
export interface Command<A, O extends Options> {
  /** How it is called. */
  readonly usage: string;
  /** What it does; lines of 80 characters at most. */
  readonly about: string;
  /** Its one argument, which has to be given if it has no default. */
  readonly argument: Option<A | undefined>;
  readonly options: O;
  /** Options that do nothing without another: by its name, theirs. */
  readonly needs?: { readonly [K in keyof O]?: readonly (keyof O)[] };
  /** What else there is to know; lines of 80 characters at most. */
  readonly notes: string;
}

/** What a command line asks for. */
export interface Parsed<A, O extends Options> {
  readonly argument: A;
  readonly options: {
    readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
  };
}

/** The command line is wrong: one line that says how, and how to call the command. */
export class UsageError extends Error {
  /** The name of this class. */
  override readonly name = "UsageError";
}

/** What every command can be asked for. */
export const COMMON_OPTIONS = {
  help: flag({ short: "h", help: "print this help" }),
  version: flag({ help: "print the version" }),
} as const satisfies Options;

/**
 * Parses a command line. When it asks for help or for the version, the values of
 * the other options are not looked at.
 *
 * @throws {UsageError} If an option is unknown, a value is not taken, there is not
 * one argument, or an option needs another.
 */
export function parseCommandLine<A, O extends Options>(
  args: string[],
  command: Command<A, O>,
): Parsed<A, O> | "help" | "version" {
  try {
    return parse(args, command);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      `${error.message} (usage: ${command.usage}; see --help)`,
    );
  }
}

/** An option's name on the command line. */
export function optionName(key: string): string {
  return `--${kebab(key)}`;
}

function parse<A, O extends Options>(
  args: string[],
  { argument, options, needs = {} }: Command<A, O>,
): Parsed<A, O> | "help" | "version" {
  const all = Object.entries({ ...COMMON_OPTIONS, ...options } as Options);
  const names = (valued: boolean) =>
    all.filter(([, { value }]) => (value !== undefined) === valued)
      .map(([key]) => kebab(key));
  for (const flag of names(false)) {
    if (!args.some((arg) => arg.startsWith(`--${flag}=`))) continue;
    throw new UsageError(`--${flag} takes no value`);
  }
  const { _: given, help, version, ...values } = parseArgs(
    withNumbers(args, names(true)),
    {
      alias: Object.fromEntries(
        all.flatMap(([key, { short }]) => short ? [[short, kebab(key)]] : []),
      ),
      boolean: names(false),
      string: ["_", ...names(true)], // without "_", 1.50 would arrive as 1.5
      unknown: (arg, key) => {
        if (key === undefined) return;
        throw new UsageError(`unknown option "${escape(arg)}"`);
      },
    },
  ) as Record<string, unknown> & { _: string[] };
  if (help) return "help";
  if (version) return "version";
  for (const [needed, those] of Object.entries(needs)) {
    const idle = those?.find((key) =>
      typeof values[kebab(String(key))] === "string"
    );
    if (idle !== undefined && values[kebab(needed)] === undefined) {
      throw new UsageError(
        `${optionName(String(idle))} does nothing without ${
          optionName(needed)
        }`,
      );
    }
  }
  const read = Object.entries(options).map(([key, option]) => {
    const value = values[kebab(key)];
    if (typeof value !== "string") return [key, value ?? option.default];
    const hint = given.length === 0 ? misplaced(argument, value) : "";
    return [key, readValue(optionName(key), option, value, hint)];
  });
  return {
    argument: readArgument(argument, given),
    options: Object.fromEntries(read),
  };
}

/** Joins an option and its value where that is negative, and looks like an option itself. */
function withNumbers(args: string[], names: string[]): string[] {
  return args.flatMap((arg, n) => {
    const isNumber = (at: number) =>
      /^-\d/.test(args[at] ?? "") &&
      names.includes((args[at - 1] ?? "").slice("--".length));
    if (isNumber(n)) return [];
    return isNumber(n + 1) ? [`${arg}=${args[n + 1]}`] : [arg];
  });
}

/** A hint for the case that an option has taken the argument for its value. */
function misplaced<A>(argument: Option<A | undefined>, text: string): string {
  try {
    argument.read(text);
    return `, which is the ${argument.value}: its value is missing`;
  } catch { // nor is it the argument
    return "";
  }
}

function readArgument<A>(argument: Option<A | undefined>, given: string[]): A {
  const { value: name = "", default: standard } = argument;
  const [text, ...more] = given;
  if (more.length > 0) {
    throw new UsageError(`one ${name} is enough, not ${given.length}`);
  }
  const read = text === undefined ? standard : readValue(name, argument, text);
  if (read === undefined) throw new UsageError(`an ${name} is needed`);
  return read;
}

function readValue<T>(
  name: string,
  option: Option<T>,
  text: string,
  hint = "",
): T {
  let value: T | undefined;
  try {
    value = option.read(text);
  } catch (error) {
    throw new UsageError(describeError(error));
  }
  if (value !== undefined) return value;
  throw new UsageError(
    `${name} takes ${option.takes}, not "${escape(text)}"${hint}`,
  );
}

function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
