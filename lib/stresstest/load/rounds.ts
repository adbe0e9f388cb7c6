/**
 * Rounds: the servers of a comparison, one after another and round again, A B A B,
 * so that what the machine does meanwhile meets all alike. Reference and load mode
 * are run by it. Its one rule: never two servers at a time.
 *
 * @module
 */
import type { Address } from "@zillions/server/address";
import { Server } from "../target/server.ts";
import type { RunResult, ServerResult } from "./result.ts";
import type { Target } from "../target/target.ts";
import type { Watched } from "./test_run.ts";

/** Plays runs against one server that has been started. */
export interface Session {
  run: (watched: Watched) => Promise<RunResult>;
  close: () => void;
}

/** How servers are started, and who is told. */
export interface Starting {
  /** What servers are told to listen on. */
  address: Address;
  /** Milliseconds that a server may take to get ready. */
  readyTimeout: number;
  stop: AbortSignal;
  /** Told as a run begins; whom it returns is told of its progress. */
  onBegin: (name: string, run: number) => NonNullable<Watched["onProgress"]>;
  /** Told as a run ends. */
  onRun: (name: string, run: RunResult) => void;
  /** Told what a server that failed printed to standard error. */
  onStderr: (name: string, text: string) => void;
}

/** Empty results for `targets`. */
export function results(targets: Target[]): ServerResult[] {
  return targets.map(({ name, text }) => ({
    name,
    command: text,
    runs: [],
    knee: null,
  }));
}

/** Whether there is no point in testing this server again. */
export function isLost(run: RunResult): boolean {
  return run.violations.some(({ verdict }) =>
    verdict === "died" || verdict === "hung"
  );
}

/**
 * Starts `target`, plays `count` runs, stops it, and adds them to `result`.
 *
 * @returns Whether it can be tested again.
 */
export async function playRound(
  target: Target,
  result: ServerResult,
  starting: Starting,
  open: (server: Server) => Session | Promise<Session>,
  count: number,
): Promise<boolean> {
  const { address, readyTimeout, stop } = starting;
  await using server = await Server.start(
    target,
    address,
    readyTimeout,
    stop,
  );
  const session = await open(server);
  try {
    for (let n = 0; n < count && !stop.aborted; n++) {
      const onProgress = starting.onBegin(target.name, result.runs.length + 1);
      const run = await session.run({ stop, onProgress });
      result.runs.push(run);
      starting.onRun(target.name, run);
      if (run.violations.length > 0) {
        starting.onStderr(target.name, server.stderr);
      }
      if (isLost(run)) return false;
    }
    return true;
  } finally {
    session.close();
  }
}

/**
 * Plays `repetitions` runs against each target in so many rounds.
 *
 * @param found Where results go, as they come.
 */
export async function playRounds(
  targets: Target[],
  found: ServerResult[],
  starting: Starting,
  open: (server: Server) => Session | Promise<Session>,
  { repetitions, rounds }: { repetitions: number; rounds: number },
): Promise<void> {
  const able = targets.map(() => true);
  for (let n = 0; n < rounds; n++) {
    const count = Math.floor(repetitions * (n + 1) / rounds) -
      Math.floor(repetitions * n / rounds);
    for (const [at, target] of targets.entries()) {
      if (!able[at] || starting.stop.aborted) continue;
      able[at] = await playRound(target, found[at]!, starting, open, count);
    }
  }
}
