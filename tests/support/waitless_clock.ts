/** A server's clock on which nobody waits. */
import type { ServerClock } from "../../lib/server/clock.ts";
import { macrotask } from "./jitter.ts";

/** Stands still; its waits end at once, and are written down. */
export class WaitlessClock implements ServerClock {
  time = 0;
  /** Milliseconds that somebody wanted to wait, in order. */
  readonly waits: number[] = [];

  now(): number {
    return this.time;
  }

  async delay(
    milliseconds: number,
    _options?: { signal: AbortSignal },
  ): Promise<void> {
    this.waits.push(milliseconds);
    await macrotask();
  }

  async deadline<T>(_promise: Promise<T>, milliseconds: number): Promise<T> {
    await this.delay(milliseconds);
    throw new DOMException("The time is over", "TimeoutError");
  }
}
