/**
 * The pace of an open loop: when each message is due, whatever the server does. A
 * load runs one. While a message is due soon, the clock is read in every tick of the
 * event loop, because timers are late by milliseconds; otherwise the loop sleeps.
 *
 * @module
 */

/** How late a timer may be, in milliseconds. */
const TIMER_DELAY = 3;

/** The longest sleep, in milliseconds: after it the loop checks whether to stop. */
const MAX_SLEEP = 50;

/** Options of {@linkcode pace}. */
export interface PaceOptions {
  /** How many messages become due. */
  count: number;
  /** Microseconds from one message to the next. */
  interval: number;
  /** The clock: microseconds since the first message was due. */
  now: () => number;
  /** Called when messages become due, with the number of the first that is not due yet. */
  onDue: (due: number) => void;
  /** Whether to end early. */
  stopped: () => boolean;
  /** A number that changes when a tick had work to do. */
  work: () => number;
}

/**
 * Runs until all messages are due.
 *
 * @returns Microseconds spent in ticks that had nothing to do.
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
    const wait = (done * interval - time) / 1000 - TIMER_DELAY;
    if (wait >= 1) {
      await sleep(Math.min(wait, MAX_SLEEP));
    } else {
      await tick();
      if (work() === before && !sending) idle += now() - time;
    }
  }
  return idle;
}

/** One tick of the event loop. */
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
