/**
 * The event loop as the scheduler uses it: it gives ticks, and it polls the
 * sockets. The numbers of one runtime, Deno on tokio, live in this file.
 *
 * @module
 */

/**
 * How many empty ticks make the runtime poll the sockets. While something is
 * always runnable, tokio polls once in 61 steps of its scheduler
 * (`EVENT_INTERVAL`, tokio's `runtime/builder.rs`), and a tick is one step.
 */
export const POLL_TICKS = 61;

/**
 * How many operations complete in one tick: tokio's budget for one task
 * (`Budget::initial`, tokio's `task/coop`), and all of Deno's operations share one.
 * After so many reads the rest wait for the next poll, which takes the newest
 * first. Without a poll the oldest would wait for a second.
 */
export const OPERATIONS_PER_TICK = 128;

/**
 * The longest time without a poll under load, in milliseconds. It bounds how late
 * a quiet client is heard while others flood. A poll takes a twentieth of it.
 */
const POLL_INTERVAL = 2;

/**
 * After so many milliseconds in which nothing ran that a tick had started, the event
 * loop was idle, and has polled.
 */
const IDLE = 1 / 8;

/** Where time comes from. */
export interface Clock {
  /** The time, in milliseconds; it never goes back. */
  now(): number;
  /** Runs `task` after so many milliseconds. */
  setTimeout(task: () => void, milliseconds: number): void;
}

/** The runtime's clock. */
export const CLOCK: Clock = {
  now: () => performance.now(),
  setTimeout: (task, milliseconds) => void setTimeout(task, milliseconds),
};

/** What runs in the ticks. */
export interface TickHandler {
  /** Does the work of one tick. */
  onTick(): void;
  /** Whether work waits, so that a poll would delay it. */
  isBusy(): boolean;
}

/** One tick after another, as long as they are asked for, and polls in between. */
export class EventLoop {
  readonly #handler: TickHandler;
  readonly #clock: Clock;
  #tick = 0;
  #time: number;
  #scheduled = false;
  /** Reads that completed since the last tick. */
  #reads = 0;
  /** Empty ticks that are left of the poll under way. */
  #pollTicks = 0;
  /** When the sockets were last polled, or could have been. */
  #polledAt = -Infinity;
  /** When what the last tick started had run; `Infinity` until then. */
  #restedAt = -Infinity;

  constructor(handler: TickHandler, clock: Clock) {
    this.#handler = handler;
    this.#clock = clock;
    this.#time = clock.now();
  }

  /** The number of the current tick. */
  get tick(): number {
    return this.#tick;
  }

  /** The time at the start or the end of the last tick, in milliseconds. */
  get time(): number {
    return this.#time;
  }

  /** Asks for a tick. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#time = this.#clock.now();
    if (this.#time - this.#restedAt > IDLE) this.#polledAt = this.#time;
    macrotask(this.#run);
  }

  /** Counts a completed read. */
  countRead(): void {
    this.#reads++;
  }

  readonly #run = (): void => {
    if (this.#polls()) {
      macrotask(this.#run);
      return;
    }
    this.#scheduled = false;
    this.#tick++;
    this.#restedAt = Infinity;
    const worked = this.#handler.isBusy();
    this.#handler.onTick();
    this.#time = this.#clock.now();
    // Writers run after the tick; in the next macrotask they have.
    if (!worked) this.#restedAt = this.#time;
    else if (!this.#scheduled) macrotask(this.#rest);
  };

  readonly #rest = (): void => {
    if (!this.#scheduled) this.#restedAt = this.#clock.now();
  };

  /** Whether this tick stays empty, for the poll. */
  #polls(): boolean {
    if (this.#pollTicks > 1) {
      this.#pollTicks--;
      return true;
    }
    this.#time = this.#clock.now();
    if (this.#pollTicks === 1) this.#polledAt = this.#time;
    const due = this.#reads >= OPERATIONS_PER_TICK ||
      this.#time - this.#polledAt > POLL_INTERVAL;
    this.#reads = 0;
    const polls = due && this.#handler.isBusy();
    this.#pollTicks = polls ? POLL_TICKS : 0;
    return polls;
  }
}

/**
 * Runs a task in the next tick: `setImmediate` in Deno, Node and Bun. Browsers
 * lack it, and their timers take milliseconds; a message to oneself does not.
 */
const macrotask: (task: () => void) => void = (() => {
  const { setImmediate } = globalThis as {
    setImmediate?: (task: () => void) => unknown;
  };
  if (setImmediate) return (task) => void setImmediate(task);
  const { port1, port2 } = new MessageChannel();
  const tasks: (() => void)[] = [];
  port1.onmessage = () => tasks.shift()!();
  return (task) => {
    tasks.push(task);
    port2.postMessage(undefined);
  };
})();
