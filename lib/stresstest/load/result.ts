/**
 * What a run of the stress tester found: what `--json` writes, what the table
 * prints and the report draws. Data only; times are in the units their names say.
 *
 * @module
 */

/** One call of the stress tester. */
export interface Report {
  /** The version of the tool. */
  version: string;
  /** The command line that repeats it. */
  command: string;
  environment: Environment;
  mode: "reference" | "load" | "sweep";
  /** The options in force, by their long names. */
  settings: Record<string, number | string>;
  /** In the order of the command line; the first is what others are compared to. */
  servers: ServerResult[];
  /** Whether every verdict held. */
  passed: boolean;
  /** Whether it was stopped before the end: what is here is what there was. */
  interrupted: boolean;
}

export interface Environment {
  /** ISO 8601. */
  date: string;
  /** System and its release. */
  os: string;
  /** Processor model, if known. */
  cpu: string;
  cores: number;
  memoryBytes: number;
  /** The runtime of the tester and its version. */
  runtime: string;
}

export interface ServerResult {
  /** Short and unique: what tables and legends show. */
  name: string;
  /** The command, or the address of a server that was running already. */
  command: string;
  /** In the order they were run. */
  runs: RunResult[];
  /** In a sweep: the highest offered rate the server still followed, messages/s. */
  knee: number | null;
}

/** One repetition, or one rate of a sweep. */
export interface RunResult {
  /** Messages a second over all publishers; `null` when they wait for answers. */
  offeredRate: number | null;
  /** From the first send to the last delivery. */
  seconds: number;
  /** Messages sent. */
  sent: number;
  /** Deliveries there would be if nothing was lost. */
  expected: number;
  received: number;
  lost: number;
  deliveriesPerSecond: number;
  /** From the intended send to the delivery. */
  latency: Latency | null;
  generator: Generator;
  /** `null` where the process cannot be watched. */
  server: Usage | null;
  /** Empty when every verdict held. */
  violations: Violation[];
}

export interface Latency {
  p50Microseconds: number;
  p90Microseconds: number;
  p99Microseconds: number;
  p999Microseconds: number;
  maxMicroseconds: number;
  /** `[percentile, microseconds]`, rising, dense towards 100. */
  percentiles: [number, number][];
}

/** How the tester itself did. */
export interface Generator {
  /** How much later than intended messages were sent. */
  slipP99Microseconds: number;
  slipMaxMicroseconds: number;
  cpuSeconds: number;
  /** Whether the figures say more about the tester than about the server. */
  bottleneck: boolean;
  /** Deliveries whose place in the one order there was no room to check, if any. */
  uncheckedOrder?: number;
}

/** What the server's process used, children included. */
export interface Usage {
  cpuSeconds: number;
  /** How many of them the system worked for it: reads, writes and wakes. */
  systemSeconds: number;
  cpuMicrosecondsPerDelivery: number;
  startMemoryBytes: number;
  peakMemoryBytes: number;
  endMemoryBytes: number;
  /** `[seconds since the run began, bytes resident]`. */
  memory: [number, number][];
}

export type Verdict =
  | "damaged"
  | "repeated"
  | "sender order"
  | "one order"
  | "conservation"
  | "died"
  | "hung";

export interface Violation {
  verdict: Verdict;
  /** One line: which client, which message, what was expected. */
  text: string;
}
