/** The loads of the benchmarks of the whole: alike but for what they are about. */
import { load, type LoadSettings } from "../../lib/stresstest/load/load.ts";
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import type { Server } from "../../lib/stresstest/target/server.ts";

/** What a load is about. */
export interface Load {
  /** How long, in seconds. */
  seconds: number;
  /** Messages a second. */
  rate: number;
  publishers?: number;
  subscribers: number;
  /** Clients that do both. */
  talkers?: number;
}

/** Played before each: programs that are compiled as they run are slow at first. */
const WARM_UP: Load = { seconds: 1, rate: 2000, talkers: 10, subscribers: 40 };

/** How many are timed: more would have the tester read more than it can in time. */
const TIMED = 20;

/** Longer than any server here takes to bring something, in milliseconds. */
const TIMEOUT = 5000;

/** As the stress tester plays it: messages like those of a chat, and no troublemakers. */
export function settings(
  { seconds, rate, publishers = 0, subscribers, talkers = 0 }: Load,
): LoadSettings {
  return {
    rate,
    count: Math.ceil(rate * seconds),
    publishers,
    subscribers,
    talkers,
    timed: TIMED,
    stuck: 0,
    churn: 0,
    body: { min: 64, max: 64 },
    timeout: TIMEOUT,
    maxLost: 1,
  };
}

/** Plays a load against a server that has been warmed up. */
export async function playLoad(
  server: Server,
  asked: Load,
  stop: AbortSignal,
): Promise<RunResult> {
  await load(server, settings(WARM_UP), 0, { stop });
  return await load(server, settings(asked), 1, { stop });
}
