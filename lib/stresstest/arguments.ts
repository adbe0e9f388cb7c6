/**
 * The command line of the stress tester: what may be said, and what it means.
 * The entry point reads it first. Its one rule: whatever is wrong is one clear
 * line, and nothing has been started by then.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import type { Address } from "@zillions/server/address";
import { escape } from "@zillions/server/escape";
import { type LoadSettings, MAX_MESSAGES } from "./load/load.ts";
import { type ReferenceSettings, TICK } from "./load/reference.ts";
import { type Target, targets } from "./target/target.ts";
import { UsageError, Values } from "./option_types.ts";

export { UsageError };

/** What was asked for. */
export interface Arguments {
  targets: Target[];
  address: Address;
  /** Milliseconds. */
  readyTimeout: number;
  repetitions: number;
  mode:
    | { name: "reference"; settings: ReferenceSettings }
    | { name: "load" | "sweep"; settings: LoadSettings; duration: number };
  /** Where results go besides the terminal. */
  json: string | undefined;
  report: string | undefined;
  /** The options in force, by their long names. */
  inForce: Record<string, number | string>;
}

const FLAGS = ["help", "version", "sweep"] as const;
const BOTH = [
  "server",
  "repetitions",
  "ready-timeout",
  "timeout",
  "max-lost",
  "json",
  "report",
  "publishers",
  "subscribers",
] as const;
const REFERENCE = ["messages"] as const;
const LOAD = [
  "rate",
  "duration",
  "count",
  "talkers",
  "timed",
  "body",
  "stuck",
  "churn",
] as const;

const VALUED = [...BOTH, ...REFERENCE, ...LOAD] as const;

const ALIASES = {
  a: "server",
  p: "publishers",
  s: "subscribers",
  m: "messages",
  r: "repetitions",
  h: "help",
  V: "version",
};

/** The most clients of a kind, and of repetitions: what memory and ports allow. */
const MANY = 100_000;

/**
 * How many receivers are timed: enough to tell, and few enough that the tester
 * reads from all of them at once.
 */
const TIMED = 50;

/**
 * Reads the command line.
 *
 * @throws {UsageError} If it makes no sense.
 */
export function parseArguments(
  args: string[],
): Arguments | "help" | "version" {
  const parsed = parseArgs(args, {
    alias: ALIASES,
    boolean: FLAGS,
    string: VALUED,
    unknown: (arg, key) => {
      if (key !== undefined) {
        throw new UsageError(`there is no option "${escape(arg)}"`);
      }
    },
  });
  if (parsed.help) return "help";
  if (parsed.version) return "version";

  const values = new Values(
    Object.fromEntries(VALUED.map((name) => [name, parsed[name]])),
  );
  const { sweep } = parsed;
  const loaded = sweep || LOAD.some((name) => parsed[name] !== undefined);
  const found = targets(parsed._.map(String));
  if (found.length === 0) {
    throw new UsageError("which EXECUTABLE? See --help");
  }
  if (found.some(({ command }) => command?.length === 0)) {
    throw new UsageError("an EXECUTABLE is empty");
  }
  const common = {
    targets: found,
    address: values.address("server", "127.0.0.1:8080"),
    readyTimeout: 1000 * values.seconds("ready-timeout", 10),
    json: values.file("json"),
    report: values.file("report"),
    inForce: values.inForce,
  };
  const timeout = 1000 * values.seconds("timeout", 5);
  const maxLost = values.number("max-lost", 100, 0, 100) / 100;
  if (!loaded) {
    const settings = {
      publishers: values.whole("publishers", 2, 1, MANY),
      subscribers: values.whole("subscribers", 3, 1, MANY),
      messages: values.whole("messages", 1000, 1, MAX_MESSAGES),
      tick: TICK,
      timeout,
      maxLost,
    };
    const repetitions = values.whole("repetitions", 100, 1, MANY);
    within(settings.publishers * settings.messages);
    return { ...common, repetitions, mode: { name: "reference", settings } };
  }

  for (
    const name of sweep
      ? [...REFERENCE, "count" as const, "repetitions" as const]
      : REFERENCE
  ) {
    if (parsed[name] === undefined) continue;
    throw new UsageError(
      `--${name} has no meaning ${sweep ? "in a sweep" : "under load"}`,
    );
  }
  if (!sweep && parsed.rate === undefined) {
    throw new UsageError("a load needs --rate, or --sweep");
  }
  if (parsed.count !== undefined && parsed.duration !== undefined) {
    throw new UsageError("--count and --duration exclude each other");
  }
  const talkers = values.whole("talkers", 0, 0, MANY);
  const rate = values.number("rate", 1000, 0.01, 1e8);
  const given = parsed.count !== undefined;
  const duration = given ? NaN : values.seconds("duration", sweep ? 2 : 5);
  const count = given
    ? values.whole("count", 0, 1, MAX_MESSAGES)
    : Math.max(1, Math.round(rate * duration));
  const settings = {
    rate,
    count,
    publishers: values.whole("publishers", talkers > 0 ? 0 : 2, 0, MANY),
    subscribers: values.whole("subscribers", talkers > 0 ? 0 : 50, 0, MANY),
    talkers,
    timed: values.whole("timed", TIMED, 1, MANY),
    stuck: values.whole("stuck", 0, 0, MANY),
    churn: values.whole("churn", 0, 0, MANY),
    body: values.sizes("body", 64),
    timeout,
    maxLost,
  };
  within(count);
  if (settings.publishers + talkers === 0) {
    throw new UsageError("nobody sends: --publishers and --talkers are 0");
  }
  if (settings.subscribers + talkers === 0) {
    throw new UsageError("nobody receives: --subscribers and --talkers are 0");
  }
  return {
    ...common,
    repetitions: sweep ? 1 : values.whole("repetitions", 3, 1, MANY),
    mode: {
      name: sweep ? "sweep" : "load",
      settings,
      duration: given ? count / rate : duration,
    },
  };
}

function within(messages: number): void {
  if (messages <= MAX_MESSAGES) return;
  throw new UsageError(
    `${messages} messages are too many for a run: the most is ${MAX_MESSAGES}`,
  );
}
