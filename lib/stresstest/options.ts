/**
 * The options of the stress tester: each is declared here once, with its help, its
 * range and its defaults. The command line is parsed, and the help and the error
 * messages are written, from these declarations.
 *
 * @module
 */
import { MAX_MESSAGES } from "./load/load.ts";
import type { Mode } from "./report/report.ts";
import {
  ADDRESSES,
  BODY_SIZES,
  CERTIFICATES,
  decimal,
  FILE,
  integer,
  SECONDS,
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

/** The options with values. The rows of this table have one shape on purpose. */
export const OPTIONS = {
  server: option({
    flags: "-a, --server <ADDRESS>",
    help:
      "where servers are told to listen; with port 0 they choose the port. At several addresses, nodes of one system are started",
    type: ADDRESSES,
    defaults: inAllModes("127.0.0.1:8080"),
  }),
  tlsCa: option({
    flags: "--tls-ca <FILE>",
    help:
      "trusts a certificate with tls:// and wss://, besides those that Deno trusts",
    type: CERTIFICATES,
    defaults: inAllModes(null),
  }),
  repetitions: option({
    flags: "-r, --repetitions <N>",
    help: "how often everything is repeated",
    type: integer(1, MANY),
    defaults: { reference: "100", load: "3" },
  }),
  warmUp: option({
    flags: "-w, --warm-up <N>",
    help:
      "runs after each start of a server that do not count unless they fail",
    type: integer(0, MANY),
    defaults: inAllModes("0"),
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

/** The long name of an option. */
export function longName(name: OptionName): string {
  return /--([a-z-]+)/.exec(OPTIONS[name].flags)![1]!;
}

/** The name of a mode, in a sentence. */
export function modeName(mode: Mode): string {
  return mode === "sweep" ? "a sweep" : `${mode} mode`;
}

function option<Value>(declared: Option<Value>): Option<Value> {
  return declared;
}

function inAllModes(text: string | null): Option<unknown>["defaults"] {
  return { reference: text, load: text, sweep: text };
}
