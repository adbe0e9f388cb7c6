/**
 * The tester's own effort, by which a run tells whether the tester was the
 * bottleneck. The clients of a load measure it while they send.
 *
 * @module
 */
import process from "node:process";

/** CPU time of the tester, from when it is made. */
export class Effort {
  readonly #cpuBefore = process.cpuUsage();
  readonly #before = thread();

  /** Seconds of CPU time, of all threads. */
  get cpuSeconds(): number {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    return (user + system) / 1e6;
  }

  /**
   * The share of `elapsed` in which the thread that plays the clients worked.
   * Only Linux tells of a thread; elsewhere it is that of all threads.
   *
   * @param idle Microseconds in which it did nothing but look.
   * @param elapsed Microseconds since this was made.
   */
  busy(idle: number, elapsed: number): number {
    const now = thread();
    if (!this.#before || !now) {
      return (this.cpuSeconds * 1e6 - idle) / elapsed;
    }
    const ran = now.ran - this.#before.ran;
    // While it waited for a processor, it was idle or not as it was while it ran.
    const idleShare = idle / (ran + now.waited - this.#before.waited);
    return ran * (1 - idleShare) / elapsed;
  }
}

/** Microseconds that this thread has run, and has waited for a processor. */
function thread(): { ran: number; waited: number } | undefined {
  try {
    const [ran, waited] = Deno.readTextFileSync("/proc/thread-self/schedstat")
      .split(" ").map((nanoseconds) => Number(nanoseconds) / 1000);
    return { ran: ran!, waited: waited! };
  } catch {
    return undefined; // not Linux, or not told
  }
}
