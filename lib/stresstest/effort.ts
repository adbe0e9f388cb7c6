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
  readonly #threadBefore = thread();

  /** Seconds of CPU time, of all threads. */
  get cpuSeconds(): number {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    return (user + system) / 1e6;
  }

  /**
   * Microseconds that the thread which plays the clients worked or had to wait
   * for a processor. Only Linux tells; elsewhere it is the CPU time of all threads.
   */
  get microseconds(): number {
    if (this.#threadBefore === undefined) return this.cpuSeconds * 1e6;
    return thread()! - this.#threadBefore;
  }
}

/** Microseconds that this thread has run or been ready to run. */
function thread(): number | undefined {
  try {
    const [ran, waited] = Deno.readTextFileSync("/proc/thread-self/schedstat")
      .split(" ").map(Number);
    return (ran! + waited!) / 1000;
  } catch {
    return undefined; // not Linux, or not told
  }
}
