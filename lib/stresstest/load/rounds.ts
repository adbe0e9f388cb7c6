/**
 * Rounds of a comparison: the servers take turns, A B A B, so that changes on the
 * machine affect all of them alike. Reference and load mode are played in rounds.
 * Only one server runs at a time.
 *
 * @module
 */
import type { StartOptions } from "../target/node.ts";
import { Server } from "../target/server.ts";
import {
  hasServerFailed,
  type RunResult,
  type ServerResult,
} from "./result.ts";
import type { Target } from "../target/target.ts";
import type { RunOptions } from "./test_run.ts";

/** Plays runs against one server that has been started. */
export interface Session {
  run: (options: RunOptions) => Promise<RunResult>;
  close: () => void;
}

/** How servers are started, and callbacks. */
export interface RoundsOptions extends StartOptions {
  /** How many runs a server plays each time it was started, before those that count. */
  warmUp: number;
  /** Called as a run begins, a warm-up as run 0; returns the callback for its progress. */
  onBegin: (name: string, run: number) => NonNullable<RunOptions["onProgress"]>;
  /** Called as a run ends. */
  onRun: (name: string, run: RunResult) => void;
  /** Called with what a server that failed has printed to standard error. */
  onStderr: (name: string, text: string) => void;
}

/** Results of `targets` without any run. */
export function emptyResults(targets: Target[]): ServerResult[] {
  return targets.map(({ name, text }) => ({
    name,
    command: text,
    runs: [],
    remarks: [],
    killed: false,
    knee: null,
    kneeEnd: null,
  }));
}

/**
 * Starts `target`, plays `count` runs, adds them to `result`, and stops the server.
 *
 * @returns Whether the server can be tested again.
 */
export async function playRound(
  target: Target,
  result: ServerResult,
  options: RoundsOptions,
  open: (server: Server) => Session | Promise<Session>,
  count: number,
): Promise<boolean> {
  const server = await Server.start(target, options);
  try {
    return await playRuns(server, target, result, options, open, count);
  } finally {
    await server[Symbol.asyncDispose]();
    result.remarks = [...new Set([...result.remarks, ...server.remarks])];
    result.killed ||= server.killed;
  }
}

async function playRuns(
  server: Server,
  target: Target,
  result: ServerResult,
  options: RoundsOptions,
  open: (server: Server) => Session | Promise<Session>,
  count: number,
): Promise<boolean> {
  const { stop, warmUp } = options;
  const session = await open(server);
  try {
    for (let n = -warmUp; n < count && !stop.aborted; n++) {
      const number = n < 0 ? 0 : result.runs.length + 1;
      const onProgress = options.onBegin(target.name, number);
      const run = await session.run({ stop, onProgress });
      if (run.interrupted && run.sent === 0) return true;
      // A warm-up that fails counts.
      if (n < 0 && run.violations.length === 0) continue;
      result.runs.push(run);
      options.onRun(target.name, run);
      if (run.violations.length > 0) {
        options.onStderr(target.name, server.stderr);
      }
      if (hasServerFailed(run)) return false;
    }
    return true;
  } finally {
    session.close();
  }
}

/**
 * Plays `repetitions` runs against each target, spread over `rounds` rounds.
 *
 * @param results Where the runs are added as they end.
 */
export async function playRounds(
  targets: Target[],
  results: ServerResult[],
  options: RoundsOptions,
  open: (server: Server) => Session | Promise<Session>,
  { repetitions, rounds }: { repetitions: number; rounds: number },
): Promise<void> {
  const testable = targets.map(() => true);
  for (let n = 0; n < rounds; n++) {
    const count = Math.floor(repetitions * (n + 1) / rounds) -
      Math.floor(repetitions * n / rounds);
    for (const [at, target] of targets.entries()) {
      if (!testable[at] || options.stop.aborted) continue;
      testable[at] = await playRound(
        target,
        results[at]!,
        options,
        open,
        count,
      );
    }
  }
}
