/**
 * A round-robin reader: reads in turn from the clients whose latency is not sampled.
 * A load with many receivers uses one, because reading from thousands of clients at
 * once would delay the sampled receivers. Each client is read from often enough that
 * its socket never fills.
 *
 * @module
 */
import type { ByteSource } from "@zillions/server/framer";

/** The longest time between two reads from a client, in milliseconds. */
const MAX_PERIOD = 200;

/** With a shorter period than this, in milliseconds, reading in turn gains nothing. */
const MIN_PERIOD = 5;

/** The most bytes that wait for a client: fewer than any socket buffers. */
const MAX_WAITING_BYTES = 32 * 1024;

/** Reads before the event loop comes back to the sampled receivers. */
const BATCH = 16;

/** A read that waits for its turn. */
interface WaitingRead {
  readonly client: number;
  readonly start: () => void;
}

/** Options of a {@linkcode RoundRobinReader}. */
export interface RoundRobinReaderOptions {
  /** How many clients it has. */
  size: number;
  /** Bytes per second that each client is sent. */
  bytesPerSecond: number;
  /** Whether there may be something to read for a client. */
  ready: (client: number) => boolean;
}

/** Reads from its clients in turn. */
export class RoundRobinReader {
  readonly #options: RoundRobinReaderOptions;
  readonly #now: () => number;
  /** Milliseconds between two reads from a client. */
  readonly #period: number;
  /** First in, first out: the read that has waited longest is at the head. */
  readonly #waiting: WaitingRead[] = [];
  #running = false;

  /** @param now The time, in milliseconds. */
  constructor(
    options: RoundRobinReaderOptions,
    now: () => number = () => performance.now(),
  ) {
    this.#options = options;
    this.#now = now;
    this.#period = Math.min(
      MAX_PERIOD,
      MAX_WAITING_BYTES / options.bytesPerSecond * 1000,
    );
  }

  /** A source for `client`, whose reads wait for their turn while this runs. */
  source(socket: ByteSource, client: number): ByteSource {
    return {
      read: async (buffer) => {
        if (this.#running) {
          await new Promise<void>((start) =>
            this.#waiting.push({ client, start })
          );
        }
        return await socket.read(buffer);
      },
    };
  }

  /** Starts reads in turn until `ended` is aborted, then all waiting reads at once. */
  async run(ended: AbortSignal): Promise<void> {
    const { size } = this.#options;
    if (size === 0 || this.#period < MIN_PERIOD) return;
    this.#running = true;
    const interval = this.#period / size;
    let next = this.#now();
    while (!ended.aborted) {
      const now = this.#now();
      const due = Math.min(BATCH, Math.floor((now - next) / interval));
      const started = this.#start(due);
      // Turns that no read was waiting for are not made up for.
      next = started < due ? now : next + started * interval;
      await (started === BATCH ? tick() : pause());
    }
    this.#running = false;
    for (const { start } of this.#waiting.splice(0)) start();
  }

  /** Starts at most `most` waiting reads; returns how many. */
  #start(most: number): number {
    let started = 0;
    for (; started < most; started++) {
      const read = this.#waiting[started];
      if (!read || !this.#options.ready(read.client)) break;
      read.start();
    }
    this.#waiting.splice(0, started);
    return started;
  }
}

/** One tick of the event loop. */
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The shortest wait of a timer. */
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
