/**
 * The waiters: clients that wait for room in the outbox, first come, first served.
 * When none of them has got in for the time of the hold, all are let go, and what
 * clients send is dropped until there is room again.
 *
 * @module
 */
import { Queue } from "../hub/queue.ts";
import type { Run } from "../wire/run.ts";
import type { RoomClock } from "./clock.ts";

/** A client's run that waits for room; `run` is missing where only the wait counts. */
interface Waiter {
  readonly run?: Run;
  resolve(): void;
}

/** How long clients wait, and who is told. */
export interface WaitersOptions {
  readonly clock: RoomClock;
  /** How long clients wait before their messages are dropped, in milliseconds. */
  readonly hold: number;
  /** Ends waiting. */
  readonly signal: AbortSignal;
  /** Told when messages begin to be dropped. */
  readonly onDropping: () => void;
}

/** Clients that wait. */
export class Waiters {
  /** Messages that were dropped. */
  dropped = 0;
  readonly #options: WaitersOptions;
  readonly #queue = new Queue<Waiter>();
  /** When there was last room, in milliseconds. */
  #hadRoomAt: number;
  #isTiming = false;
  #isDropping = false;

  constructor(options: WaitersOptions) {
    this.#options = options;
    this.#hadRoomAt = options.clock.now();
  }

  /** Whether nobody waits. */
  get isEmpty(): boolean {
    return this.#queue.isEmpty;
  }

  /** Says that there is room, or was until now. */
  hadRoom(): void {
    this.#hadRoomAt = this.#options.clock.now();
  }

  /** Says that something got in: nothing is dropped any more. */
  gotIn(): void {
    this.#isDropping = false;
  }

  /** Waits for room for a run; drops it at once while that is what is done. */
  wait(run: Run): Promise<void> | undefined {
    if (!this.#isDropping) return this.#push({ run });
    this.dropped += run.count;
    return undefined;
  }

  /** Resolves when all who wait now have got in, or were let go. */
  async passed(): Promise<void> {
    if (!this.isEmpty) await this.#push({});
  }

  /** Lets waiting runs in as long as `take` takes them. */
  admit(take: (run: Run) => boolean): void {
    for (let waiter; (waiter = this.#queue.first);) {
      if (waiter.run && !take(waiter.run)) break;
      this.#queue.shift();
      this.hadRoom();
      waiter.resolve();
    }
  }

  /** Lets all go, and drops what they and all who come wanted to send. */
  drop(): void {
    this.#isDropping = true;
    for (let waiter; (waiter = this.#queue.shift());) {
      this.dropped += waiter.run?.count ?? 0;
      waiter.resolve();
    }
  }

  #push(waiter: { run?: Run }): Promise<void> {
    const waiting = new Promise<void>((resolve) =>
      this.#queue.push({ ...waiter, resolve })
    );
    if (!this.#isTiming) this.#time();
    return waiting;
  }

  /** Begins to drop when clients have waited too long without any getting in. */
  async #time(): Promise<void> {
    const { clock, hold, signal, onDropping } = this.#options;
    this.#isTiming = true;
    while (!this.isEmpty && !signal.aborted) {
      const left = this.#hadRoomAt + hold - clock.now();
      if (left > 0) {
        await clock.delay(left, signal);
        continue;
      }
      onDropping();
      this.drop();
    }
    this.#isTiming = false;
  }
}
