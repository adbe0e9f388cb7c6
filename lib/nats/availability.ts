/**
 * Availability: whether messages flow through a room, since when, and what the
 * program is told of it. Each change is told once.
 *
 * @module
 */
import type { RoomClock } from "./clock.ts";
import type { EngineRefusedError } from "./engine.ts";
import type { RoomEvent } from "./events.ts";
import type { OutboxCounts } from "./outbox.ts";

/** What availability tells, and to whom. */
export interface AvailabilityOptions {
  readonly clock: RoomClock;
  readonly onEvent: (event: RoomEvent) => void;
  /** The messages that were dropped and lost until now. */
  readonly counts: () => OutboxCounts;
}

/** Whether messages flow. */
export class Availability {
  readonly #options: AvailabilityOptions;
  readonly #started = Promise.withResolvers<"joined" | "waiting">();
  #isUp = false;
  #since: number;
  /** Whether the engine's refusal was told and still holds. */
  #isRefused = false;
  /** Counts at the time when the engine went away. */
  #then = { dropped: 0, lost: 0 };

  constructor(options: AvailabilityOptions) {
    this.#options = options;
    this.#since = options.clock.now();
    this.#started.promise.catch(() => {}); // nobody has to wait for it
  }

  /** Whether messages flow. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** For how long that has been so, in milliseconds. */
  get age(): number {
    return this.#options.clock.now() - this.#since;
  }

  /** Settled by the first of: messages flow, the engine is waited for, the engine refuses. */
  get started(): Promise<"joined" | "waiting"> {
    return this.#started.promise;
  }

  /** Messages flow from now on, or still. */
  up(): void {
    if (this.#isUp) return;
    const { dropped, lost } = this.#counts();
    const event: RoomEvent = {
      type: "engineUp",
      away: this.age,
      dropped: dropped - this.#then.dropped,
      lost: lost - this.#then.lost,
    };
    this.#change(true);
    this.#isRefused = false;
    this.#options.onEvent(event);
    this.#started.resolve("joined");
  }

  /** Messages do not flow any more. */
  down(): void {
    if (!this.#isUp) return;
    this.end();
    this.#then = this.#counts();
    this.#options.onEvent({ type: "engineDown" });
  }

  /** The engine is waited for; from now on a refusal is not the start's. */
  wait(): void {
    this.#started.resolve("waiting");
  }

  /** The engine refuses. */
  refuse(error: EngineRefusedError): void {
    this.#started.reject(error);
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#options.onEvent({ type: "engineRefused", error });
  }

  /** The room ends, and nobody is told. */
  end(): void {
    if (this.#isUp) this.#change(false);
  }

  #change(isUp: boolean): void {
    this.#isUp = isUp;
    this.#since = this.#options.clock.now();
  }

  #counts(): { dropped: number; lost: number } {
    const { droppedWhileHeld, lostInWindow } = this.#options.counts();
    return { dropped: droppedWhileHeld, lost: lostInWindow };
  }
}
