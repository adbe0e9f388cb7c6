/**
 * Time as a room uses it. A test gives its own.
 *
 * @module
 */
import { delay } from "@std/async/delay";

/** Where time comes from. */
export interface RoomClock {
  /** The time, in milliseconds; it never goes back. */
  now(): number;
  /** Resolves after so many milliseconds, or when the signal aborts. */
  delay(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The runtime's clock. */
export const ROOM_CLOCK: RoomClock = {
  now: () => performance.now(),
  // The wait ends early, by a rejection, only when the signal aborts.
  delay: (milliseconds, signal) =>
    delay(milliseconds, { signal }).catch(() => {}),
};
