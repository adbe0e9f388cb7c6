/**
 * The command line of the stress tester: what may be said, and what it means.
 * The entry point reads it first. Its one rule: whatever is wrong is one clear
 * line, and nothing has been started by then.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Address, parseAddress } from "../address.ts";
import { MAX_BODY } from "../frame.ts";
import { MIN_BODY, type Sizes } from "./bodies.ts";
import { type LoadSettings, MAX_MESSAGES } from "./load.ts";
import { type ReferenceSettings, TICK } from "./reference.ts";
import { type Target, targets } from "./target.ts";

/** The command line is wrong: one line that says how. */
export class UsageError extends Error {
  /** The name of this class. */
  override readonly name = "UsageError";
}

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

/** What the command prints when asked for help. */
export const HELP = `\
Starts servers of the Zillions specification, plays clients against them, and
judges what they deliver.

  stresstest [OPTIONS] EXECUTABLE...

EXECUTABLE is started with the address as its last argument. It may be a command
('deno run --allow-net main.ts') or, of a server that runs already, the address.
Several are run in turn, A B A B, and compared to the first.

  -a, --server ADDRESS     what servers are told to listen on (127.0.0.1:8080);
                           port 0: one of the server's choice
  -r, --repetitions N      how often all of it is repeated (100; under load 3)
      --ready-timeout S    seconds in which a server must get ready (10)
      --timeout S          seconds without a delivery after which it hangs (5)
      --max-lost PERCENT   fail if more deliveries are lost (100)
      --json FILE          write what was found
      --report FILE        write it as a page to look at (.html)
  -h, --help  -V, --version

Reference mode, the default: publishers wait for their subscribers
  -p, --publishers N       clients that send (2)
  -s, --subscribers N      clients that receive, for each publisher (3)
  -m, --messages N         messages each publisher sends (1000)

Load mode: messages are due at a rate, whatever the server does
      --rate N             messages a second, over all senders
      --duration S         for so many seconds (5; 2 at each rate of a sweep)
      --count N            or so many messages
  -p, --publishers N       clients that send (2; 0 with --talkers)
  -s, --subscribers N      clients that receive, in all (50; 0 with --talkers)
      --talkers N          clients that do both (0)
      --body N[-M]         bytes of a body, or from one to another (64)
      --stuck N            clients that never read (0)
      --churn N            clients that come and go (0)
      --sweep              rates from --rate (1000) up, until the server no
                           longer follows; names the knee
`;

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
  "body",
  "stuck",
  "churn",
] as const;

type Name =
  | typeof BOTH[number]
  | typeof REFERENCE[number]
  | typeof LOAD[number];

type Given = { readonly [N in Name]?: string | undefined };

const ALIASES = {
  a: "server",
  p: "publishers",
  s: "subscribers",
  m: "messages",
  r: "repetitions",
  h: "help",
  V: "version",
};

/** The longest time that can be asked for, in seconds: a day. */
const MAX_SECONDS = 86_400;

/** The most clients of a kind, and of repetitions: what memory and ports allow. */
const MANY = 100_000;

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
    string: [...BOTH, ...REFERENCE, ...LOAD],
    unknown: (arg, key) => {
      if (key !== undefined) throw new UsageError(`there is no option ${arg}`);
    },
  });
  if (parsed.help) return "help";
  if (parsed.version) return "version";

  const values = new Values(parsed);
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

/** Reads values, and notes what is in force. */
class Values {
  readonly inForce: Record<string, number | string> = {};
  readonly #given: Given;

  constructor(given: Given) {
    this.#given = given;
  }

  whole(name: Name, standard: number, min: number, max: number): number {
    return this.#note(name, standard, (text) => {
      if (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max) {
        return Number(text);
      }
      throw new UsageError(
        `--${name} is a whole number from ${min} to ${max}, not "${text}"`,
      );
    });
  }

  number(name: Name, standard: number, min: number, max: number): number {
    return this.#note(name, standard, (text) => {
      const value = Number(text);
      if (text !== "" && value >= min && value <= max) return value;
      throw new UsageError(
        `--${name} is a number from ${min} to ${max}, not "${text}"`,
      );
    });
  }

  seconds(name: Name, standard: number): number {
    return this.number(name, standard, 0.001, MAX_SECONDS);
  }

  sizes(name: Name, standard: number): Sizes {
    const read = (text: string) => {
      const [, min, max = min] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
      const sizes = { min: Number(min), max: Number(max) };
      if (
        sizes.min >= MIN_BODY && sizes.max <= MAX_BODY && sizes.min <= sizes.max
      ) return sizes;
      throw new UsageError(
        `--${name} is ${MIN_BODY} to ${MAX_BODY} bytes, or a range such as 16-200, not "${text}"`,
      );
    };
    const text = this.#given[name] ?? String(standard);
    this.inForce[name] = text;
    return read(text);
  }

  address(name: Name, standard: string): Address {
    const text = this.#given[name] ?? standard;
    this.inForce[name] = text;
    try {
      return parseAddress(text);
    } catch (error) {
      throw new UsageError(`--${name}: ${(error as Error).message}`);
    }
  }

  file(name: Name): string | undefined {
    if (this.#given[name] !== "") return this.#given[name];
    throw new UsageError(`--${name} needs the name of a file`);
  }

  #note(name: Name, standard: number, read: (text: string) => number): number {
    const text = this.#given[name];
    return this.inForce[name] = text === undefined ? standard : read(text);
  }
}
