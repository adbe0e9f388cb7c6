/**
 * Time as a server uses it. A test gives its own.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";

/** Where a server takes the time from. */
export interface ServerClock {
  /** The time, in milliseconds; it never goes back. */
  now(): number;
  /** Resolves after so many milliseconds; rejects when the signal aborts. */
  delay(milliseconds: number, options: { signal: AbortSignal }): Promise<void>;
  /** Settles as the promise does; rejects after so many milliseconds, or when the signal aborts. */
  deadline<T>(
    promise: Promise<T>,
    milliseconds: number,
    options?: { signal?: AbortSignal },
  ): Promise<T>;
}

/** The runtime's clock. */
export const SERVER_CLOCK: ServerClock = {
  now: () => performance.now(),
  delay,
  deadline,
};
