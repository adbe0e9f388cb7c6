/** The loads of the benchmarks of the whole: alike but for what they are about. */
import { playLoad as play } from "../../lib/stresstest/load/load.ts";
import type { LoadSettings } from "../../lib/stresstest/load/settings.ts";
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
  participants?: number;
}

/** Played before each: programs that are compiled as they run are slow at first. */
const WARM_UP: Load = {
  seconds: 1,
  rate: 2000,
  participants: 10,
  subscribers: 40,
};

/** The most receivers whose latency is measured; more would overload the tester. */
const SAMPLED = 20;

/** Longer than any server here takes to bring something, in milliseconds. */
const TIMEOUT = 5000;

/** As the stress tester plays it: messages like those of a chat, and no troublemakers. */
export function settings(
  { seconds, rate, publishers = 0, subscribers, participants = 0 }: Load,
): LoadSettings {
  return {
    rate,
    count: Math.ceil(rate * seconds),
    publishers,
    subscribers,
    participants,
    sampled: SAMPLED,
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
  await play(server, settings(WARM_UP), 0, { stop });
  return await play(server, settings(asked), 1, { stop });
}
