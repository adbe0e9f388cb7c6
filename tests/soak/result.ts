/** What a soak found: what it writes as JSON, and what its page shows. Data only. */
import type { Environment } from "../../lib/stresstest/report/environment.ts";
import type { Trend } from "./trend.ts";

export interface SoakResult {
  version: string;
  /** How the server was started. */
  server: string;
  environment: Environment;
  /** From the first round to the end of the last. */
  seconds: number;
  /** What was found wrong, each in a line; none if it passed. */
  failures: string[];
  /** Resident memory in bytes; `null` if the soak was too short to tell. */
  memory: Trend | null;
  /** Descriptors open while no round is played; `null` likewise. */
  descriptors: Trend | null;
  rounds: SoakRound[];
  samples: SoakSample[];
}

/** One round: some clients come, talk, and leave. */
export interface SoakRound {
  name: string;
  /** When it ended. */
  seconds: number;
  sent: number;
  received: number;
  lost: number;
  p99Microseconds: number | null;
  /** Descriptors of the server when all of its clients had left. */
  descriptors: number;
}

/** The server at one moment, and what the quiet pair saw since the moment before. */
export interface SoakSample {
  seconds: number;
  residentBytes: number;
  descriptors: number;
  /** Of one processor. */
  cpuPercent: number;
  p50Microseconds: number | null;
  p99Microseconds: number | null;
}
