/**
 * The report of one call of the stress tester: what the terminal prints, `--json`
 * writes and `--report` draws. Data only.
 *
 * @module
 */
import type { ServerResult } from "../load/result.ts";
import type { Environment } from "./environment.ts";

/** What is played: see the README. */
export type Mode = "reference" | "load" | "sweep";

/** One call of the stress tester. */
export interface Report {
  /** The version of the stress tester. */
  version: string;
  /** The command line that repeats the call. */
  command: string;
  environment: Environment;
  mode: Mode;
  /** The options in force, by their long names. */
  settings: Record<string, number | string>;
  /** In the order of the command line. The others are compared to the first. */
  servers: ServerResult[];
  /** How many runs there are in all, if nothing fails; `null` in a sweep. */
  planned: number | null;
  /** Why a server could not be tested; `null` if all could. */
  error: string | null;
  /** Whether every run passed. */
  passed: boolean;
  /** Whether the call was interrupted; the report then covers what was played. */
  interrupted: boolean;
}
