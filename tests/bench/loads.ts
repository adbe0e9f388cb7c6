/** The loads of the benchmarks of the whole: alike but for what they are about. */
import type { LoadSettings } from "../../lib/stresstest/load.ts";

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
