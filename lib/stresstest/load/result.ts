/**
 * What one run found, and what all runs of one server found. Both modes return these;
 * the reports read them, and `--json` writes them as they are. Data only; each name
 * says its unit.
 *
 * @module
 */
import type { Latency } from "../checks/latency_histogram.ts";
import type { Violation } from "../checks/violations.ts";
import type { Usage } from "../target/usage_monitor.ts";

/** All runs of one server. */
export interface ServerResult {
  /** Short and unique: the name in tables and legends. */
  name: string;
  /** The command, or the address of a server that was running already. */
  command: string;
  /** In the order they were played. */
  runs: RunResult[];
  /** What the server did that is no verdict of a run: after its name in a sentence. */
  remarks: string[];
  /** Whether it ignored SIGTERM and was killed, which fails the test. */
  killed: boolean;
  /** In a sweep: the highest offered rate with which the server kept up, messages/s. */
  knee: number | null;
  /** What ended the search for the knee; `null` in other modes. */
  kneeEnd: KneeEnd | null;
}

/** What ended the search for a knee. */
export interface KneeEnd {
  /**
   * The server did not keep up with the next rate; the tester was the bottleneck at
   * it; no run is long enough for it; or the test was interrupted.
   */
  by: "server" | "tester" | "limit" | "interruption";
  /** The lowest rate above the knee, messages/s, if any is known. */
  rate: number | null;
  /** What happened at that rate, after "it": "lost 3 % of the deliveries". */
  reason: string;
}

/** One repetition, or one rate of a sweep. */
export interface RunResult {
  /** Messages per second over all senders; `null` when senders wait for answers. */
  offeredRate: number | null;
  /** From the first send to the last delivery. */
  seconds: number;
  /** Messages sent. */
  sent: number;
  /** Deliveries there would be if none was lost, without those that cut clients missed. */
  expected: number;
  /** Deliveries. */
  received: number;
  /** `expected` less `received`. */
  lost: number;
  deliveriesPerSecond: number;
  /** From the intended send to the delivery; `null` if nothing was delivered. */
  latency: Latency | null;
  tester: TesterStats;
  /** `null` where the process cannot be watched. */
  server: Usage | null;
  /** The clients that were cut; `null` if none was. */
  cuts: Cuts | null;
  /** What was left when the tester stopped waiting; `null` if nothing, or if the run failed. */
  unfinished: Unfinished | null;
  /** Whether the run was interrupted; the numbers then cover what was played. */
  interrupted: boolean;
  /** Empty when the run passed. */
  violations: Violation[];
}

/**
 * Clients whose connections the server has ended though it runs on: idle and stuck
 * clients, and those of a node that went down.
 */
export interface Cuts {
  clients: number;
  /** The addresses that they were connected to. */
  nodes: string[];
  /** What happened to the first of them. */
  first: string;
}

/** What a server that was far behind left over. */
export interface Unfinished {
  /** Messages that were due and not sent: the server did not read on. */
  unsent: number;
  /** Deliveries that had not arrived, which count as lost. */
  undelivered: number;
}

/**
 * Why the tester, and not the server, may have set the numbers of a run: its CPU was
 * busy nearly all the time while it sent, or while it waited for the last deliveries;
 * or it sent messages late.
 */
export type Bottleneck = "CPU" | "CPU while waiting" | "send delay";

/** What the tester itself did. */
export interface TesterStats {
  /** How much later than intended messages were sent. */
  sendDelayP99Microseconds: number;
  sendDelayMaxMicroseconds: number;
  cpuSeconds: number;
  /** The share of the time in which the tester was busy; `null` if not measured. */
  busyShare: number | null;
  /** The same of the wait for the last deliveries; `null` if that was short. */
  waitingBusyShare: number | null;
  /** The share of the time in which it waited for a processor; `null` if not measured. */
  waitedShare: number | null;
  /** The rule by which the tester was the bottleneck; `null` if it was not. */
  bottleneck: Bottleneck | null;
  /** Deliveries whose order was not checked, if any: the memory for it was full. */
  uncheckedOrder?: number;
}

/** Whether the server died or stalled, so that it is not tested again. */
export function hasServerFailed({ violations }: RunResult): boolean {
  return violations.some(({ verdict }) =>
    verdict === "died" || verdict === "stalled"
  );
}
