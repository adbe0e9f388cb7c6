/**
 * Accepting: a listener's connections, one after another. The server iterates them.
 * Only the end of the listener ends the iteration; no failure does.
 *
 * @module
 */
import {
  describeError,
  isAbortedBeforeAccept,
  isClosed,
} from "../wire/io_error.ts";
import { SERVER_CLOCK, type ServerClock } from "./clock.ts";

/** The first pause after a failure, in milliseconds; each further one is twice as long. */
const MIN_PAUSE = 5;

/** The longest pause: how late, at worst, the server notices that descriptors are free again. */
const MAX_PAUSE = 1000;

/**
 * An episode of failures is over after so many milliseconds without one. That is
 * longer than the longest pause, and makes one episode of clients that come and go
 * at the very limit.
 */
const QUIET = 10 * MAX_PAUSE;

/** Options of {@linkcode accepted}. */
export interface AcceptOptions {
  /** Ends a pause, and makes any failure the end. The caller closes the listener as well. */
  signal: AbortSignal;
  /** Called at each failure; `first` says whether it begins an episode. */
  onFailure: (error: Error, first: boolean) => void;
  clock?: ServerClock;
}

/**
 * The connections of `listener`, until it is closed.
 *
 * A client that leaves before it is accepted is passed over. Any other failure
 * (descriptors or memory run out, the network is down) pauses accepting; new clients
 * wait in the listener's backlog meanwhile.
 */
export async function* accepted<C extends Deno.Conn>(
  listener: { accept(): Promise<C> },
  { signal, onFailure, clock = SERVER_CLOCK }: AcceptOptions,
): AsyncGenerator<C, void, void> {
  let pause: number = MIN_PAUSE;
  let failedAt = -Infinity;
  while (!signal.aborted) {
    let connection: C;
    try {
      connection = await listener.accept();
    } catch (error) {
      if (signal.aborted || isClosed(error)) return;
      if (isAbortedBeforeAccept(error)) continue;
      const now = clock.now();
      onFailure(
        new Error(`Cannot accept clients for now: ${describeError(error)}`, {
          cause: error,
        }),
        now - failedAt > QUIET,
      );
      failedAt = now;
      // The pause ends early, by a rejection, only when the signal aborts.
      await clock.delay(pause, { signal }).catch(() => {});
      pause = Math.min(2 * pause, MAX_PAUSE);
      continue;
    }
    pause = MIN_PAUSE;
    yield connection;
  }
}
