/** A clock that the test sets. */
import type { Clock } from "../../lib/hub/event_loop.ts";

/** Stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: { at: number; task: () => void }[] = [];

  /** How many timers run. */
  get timers(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(task: () => void, milliseconds: number): void {
    this.#timers.push({ at: this.#now + milliseconds, task });
  }

  /** Lets time pass, and runs the timers that are due. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { task } of due) task();
  }
}
