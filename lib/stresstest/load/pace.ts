/**
 * The pace of an open loop: when which message is due, whatever the server does.
 * The load runs one. Its one rule: it looks at the clock in every turn of the
 * event loop while something is due soon, because timers are late by
 * milliseconds, and sleeps only when nothing is.
 *
 * @module
 */

/** A timer may be this late, in milliseconds. */
const TIMER_LATE = 3;

/** The longest sleep, in milliseconds, after which it is looked whether to go on. */
const MAX_SLEEP = 50;

/** What paces a load. */
export interface PaceOptions {
  /** How many messages become due. */
  count: number;
  /** Microseconds from one to the next. */
  interval: number;
  /** Microseconds since the first. */
  now: () => number;
  /** Told that messages below `due` are due. */
  onDue: (due: number) => void;
  /** Whether to end early. */
  stopped: () => boolean;
  /** A number that changes when the turn brought work. */
  work: () => number;
}

/**
 * Runs until all messages are due.
 *
 * @returns Microseconds spent in turns that had nothing to do.
 */
export async function pace(options: PaceOptions): Promise<number> {
  const { count, interval, now, onDue, stopped, work } = options;
  let done = 0;
  let idle = 0;
  while (done < count && !stopped()) {
    const time = now();
    const due = Math.min(count, Math.floor(time / interval) + 1);
    const before = work();
    const sending = due > done;
    if (sending) onDue(done = due);
    const wait = (done * interval - time) / 1000 - TIMER_LATE;
    if (wait >= 1) {
      await sleep(Math.min(wait, MAX_SLEEP));
    } else {
      await turn();
      if (work() === before && !sending) idle += now() - time;
    }
  }
  return idle;
}

/** One turn of the event loop. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
