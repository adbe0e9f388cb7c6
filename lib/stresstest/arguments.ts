/**
 * The arguments of the stress tester: what the command line asks for. The command
 * reads them before it starts anything.
 *
 * @module
 */
import type { Endpoint } from "@zillions/server/endpoint";
import { MAX_MESSAGES } from "./load/load.ts";
import { TICK } from "./load/reference.ts";
import type { LoadSettings, ReferenceSettings } from "./load/settings.ts";
import { type CommandLine, parseCommandLine } from "./command_line.ts";
import {
  longName,
  modeName,
  type Option,
  type OptionName,
  OPTIONS,
} from "./options.ts";
import type { Mode } from "./report/report.ts";
import { parseTargets, type Target } from "./target/target.ts";
import { parseValue, UsageError } from "./value_types.ts";

export { UsageError };

/** What is played. */
export type Play =
  | { mode: "reference"; settings: ReferenceSettings }
  | { mode: "load"; settings: LoadSettings }
  | { mode: "sweep"; settings: Omit<LoadSettings, "count">; duration: number };

/** What the command line asks for. */
export interface Arguments {
  targets: Target[];
  /** Where servers are started: one node of each at each address. */
  addresses: Endpoint[];
  /** Certificates to trust, as PEM, besides those that Deno trusts. */
  caCerts: string[] | undefined;
  /** Milliseconds. */
  readyTimeout: number;
  warmUp: number;
  repetitions: number;
  play: Play;
  /** The files that results are written to, besides the terminal. */
  json: string | undefined;
  report: string | undefined;
  /** The options in force, by their long names. */
  settings: Record<string, number | string>;
}

/** The values of the options in one mode. */
class Values {
  /** The options in force, by their long names. */
  readonly inForce: Record<string, number | string> = {};
  readonly #given: CommandLine["given"];
  readonly #mode: Mode;
  /** Whether `--participants` is given and not 0. */
  readonly #participants: boolean;

  /** @throws {UsageError} If an option is given that the mode does not have. */
  constructor({ given }: CommandLine, mode: Mode) {
    this.#given = given;
    this.#mode = mode;
    for (const name of Object.keys(given) as OptionName[]) {
      if (OPTIONS[name].defaults[mode] !== undefined) continue;
      throw new UsageError(
        `--${longName(name)} has no meaning in ${modeName(mode)}`,
      );
    }
    this.#participants = Number(given.participants ?? 0) > 0;
  }

  /** The value of an option that has a default. */
  get<Name extends OptionName>(name: Name): ValueOf<Name> {
    return this.find(name)!;
  }

  /** The value of an option; `undefined` if it is not given and has no default. */
  find<Name extends OptionName>(name: Name): ValueOf<Name> | undefined {
    const option: Option<unknown> = OPTIONS[name];
    const text = this.#given[name] ??
      (this.#participants ? option.withParticipants : undefined) ??
      option.defaults[this.#mode];
    if (text === undefined || text === null) return undefined;
    const value = parseValue(longName(name), option.type, text);
    this.inForce[longName(name)] = typeof value === "number" ? value : text;
    return value as ValueOf<Name>;
  }
}

type ValueOf<Name extends OptionName> = typeof OPTIONS[Name] extends
  Option<infer Value> ? Value : never;

/**
 * Reads the command line.
 *
 * @throws {UsageError} If it is wrong.
 */
export function parseArguments(
  args: string[],
): Arguments | "help" | "version" {
  const line = parseCommandLine(args);
  if (typeof line === "string") return line;
  const targets = parseTargets(line.executables);
  if (targets.length === 0) {
    throw new UsageError("an EXECUTABLE is missing; see --help");
  }
  if (targets.some(({ command }) => command?.length === 0)) {
    throw new UsageError("an EXECUTABLE is empty");
  }
  const mode = modeOf(line);
  const values = new Values(line, mode);
  const play = playOf(mode, values);
  return {
    targets,
    addresses: values.get("server"),
    caCerts: values.find("tlsCa"),
    readyTimeout: 1000 * values.get("readyTimeout"),
    warmUp: values.get("warmUp"),
    repetitions: mode === "sweep" ? 1 : values.get("repetitions"),
    play,
    json: values.find("json"),
    report: values.find("report"),
    settings: values.inForce,
  };
}

/** The mode follows from the options: `--rate` and its like make a load. */
function modeOf({ given, sweep }: CommandLine): Mode {
  if (sweep) return "sweep";
  const names = Object.keys(given) as OptionName[];
  const loaded = names.some((name) =>
    OPTIONS[name].defaults.reference === undefined
  );
  if (loaded && given.rate === undefined) {
    throw new UsageError("load mode needs --rate, or --sweep");
  }
  return loaded ? "load" : "reference";
}

function playOf(mode: Mode, values: Values): Play {
  const common = {
    publishers: values.get("publishers"),
    subscribers: values.get("subscribers"),
    timeout: 1000 * values.get("timeout"),
    maxLost: values.get("maxLost") / 100,
  };
  const participants = mode === "reference" ? 0 : values.get("participants");
  if (common.publishers + participants === 0) {
    throw new UsageError("no client sends: see --publishers");
  }
  if (common.subscribers + participants === 0) {
    throw new UsageError("no client receives: see --subscribers");
  }
  if (mode === "reference") {
    const messages = values.get("messages");
    assertPossible(common.publishers * messages);
    return { mode, settings: { ...common, messages, tick: TICK } };
  }
  const settings = {
    ...common,
    participants,
    rate: values.get("rate"),
    sampled: values.get("sampled"),
    body: values.get("body"),
    stuck: values.get("stuck"),
    churn: values.get("churn"),
  };
  const given = mode === "load" ? values.find("count") : undefined;
  const duration = given === undefined ? values.get("duration") : 0;
  const count = given ?? Math.max(1, Math.round(settings.rate * duration));
  assertPossible(count);
  return mode === "sweep"
    ? { mode, settings, duration }
    : { mode, settings: { ...settings, count } };
}

function assertPossible(messages: number): void {
  if (messages <= MAX_MESSAGES) return;
  throw new UsageError(
    `${messages.toLocaleString("en")} messages are too many for a run: ${
      MAX_MESSAGES.toLocaleString("en")
    } is the most`,
  );
}
