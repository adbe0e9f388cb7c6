/**
 * Accepting: a listener's connections, one after another, whatever happens on
 * the way. The server iterates it. Its one rule: only the end of the listener
 * ends it.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import {
  describeError,
  isAbortedBeforeAccept,
  isClosed,
} from "../wire/io_error.ts";

/** The first pause after a failure that may last, in milliseconds; it doubles from there. */
const MIN_PAUSE = 5;

/** The longest pause: how late, at worst, we notice that descriptors are free again. */
const MAX_PAUSE = 1000;

/**
 * An episode of failures is over when there was none for so long, in
 * milliseconds. Longer than the longest pause; and clients that come and go at
 * the very limit fail often, but make one episode.
 */
const QUIET = 10 * MAX_PAUSE;

/** Options of {@linkcode accepted}. */
export interface AcceptOptions {
  /** Ends a pause, and makes any failure the end. Whoever aborts it closes the listener. */
  signal: AbortSignal;
  /** Called at each failure, and told whether it is the first of an episode. */
  onFailure: (error: Error, first: boolean) => void;
}

/**
 * The connections of `listener`, until it is closed.
 *
 * A peer that leaves before it is accepted is passed over. Any other failure
 * (descriptors or memory run out, the network is down) pauses accepting; new
 * peers wait in the listener's backlog meanwhile.
 */
export async function* accepted<C extends Deno.Conn>(
  listener: { accept(): Promise<C> },
  { signal, onFailure }: AcceptOptions,
): AsyncGenerator<C, void, void> {
  let pause = 0;
  let failedAt = -Infinity;
  while (!signal.aborted) {
    let connection: C;
    try {
      connection = await listener.accept();
    } catch (error) {
      if (signal.aborted || isClosed(error)) return;
      if (isAbortedBeforeAccept(error)) continue;
      const now = performance.now();
      onFailure(
        new Error(`Cannot accept clients for now: ${describeError(error)}`, {
          cause: error,
        }),
        now - failedAt > QUIET,
      );
      failedAt = now;
      pause = Math.min(Math.max(2 * pause, MIN_PAUSE), MAX_PAUSE);
      // The pause ends early, by a rejection, only when the signal aborts.
      await delay(pause, { signal }).catch(() => {});
      continue;
    }
    pause = 0;
    yield connection;
  }
}
