/**
 * Draining: how the connections of a server end when the server does. Each client
 * hears what it was sent until then, if it takes it in time.
 *
 * @module
 */
import type { ServerClock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Publisher } from "./publisher.ts";

/** Options of {@linkcode drain}. */
export interface DrainOptions {
  readonly publisher: Publisher;
  readonly clock: ServerClock;
  /** How long it may take, in milliseconds. */
  readonly timeout: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
  /** Called with a failure of the publisher. */
  readonly onError: (error: unknown) => void;
}

/**
 * Has everything broadcast that clients have sent, sends each client what waits for
 * it, and closes. The time-out or the signal ends it at once.
 */
export async function drain(
  connections: readonly Connection[],
  { publisher, clock, timeout, signal, onError }: DrainOptions,
): Promise<void> {
  const finished = Promise.all(connections.map(({ finished }) => finished));
  const drained = async () => {
    if (publisher.flush) {
      for (const connection of connections) connection.stopReading();
      await publisher.flush().catch(onError);
    }
    for (const connection of connections) connection.drain();
    await finished;
  };
  try {
    await clock.deadline(drained(), timeout, { signal });
  } catch {
    // The time is over, or the server was told to end at once.
    for (const connection of connections) connection.close("aborted");
    await finished;
  }
}
