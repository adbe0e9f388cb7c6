/**
 * The tester's own load: its CPU time, and how busy its thread was. A run measures it
 * while it sends, to tell whether the tester was the bottleneck.
 *
 * @module
 */
import process from "node:process";

/** Microseconds that a thread has run, and has waited for a processor. */
interface ThreadTimes {
  ran: number;
  waited: number;
}

/** CPU time of the tester, from the construction on. */
export class TesterLoad {
  readonly #cpuBefore = process.cpuUsage();
  readonly #schedstat: string;
  readonly #before: ThreadTimes | undefined;

  /** @param schedstat The file with the times of the thread that reads it. */
  constructor(schedstat = "/proc/thread-self/schedstat") {
    this.#schedstat = schedstat;
    this.#before = threadTimes(schedstat);
  }

  /** Seconds of CPU time, of all threads. */
  get cpuSeconds(): number {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    return (user + system) / 1e6;
  }

  /**
   * The share of `elapsed` in which the thread that plays the clients worked. Where
   * the system does not count the time of a thread (not Linux), all threads count.
   *
   * @param idle Microseconds that the thread spent polling with nothing to do.
   * @param elapsed Microseconds since the construction.
   */
  busy(idle: number, elapsed: number): number {
    const now = threadTimes(this.#schedstat);
    if (!this.#before || !now) {
      return (this.cpuSeconds * 1e6 - idle) / elapsed;
    }
    const ran = now.ran - this.#before.ran;
    // Time spent waiting for a processor was idle in the same share as time spent running.
    const idleShare = idle / (ran + now.waited - this.#before.waited);
    return ran * (1 - idleShare) / elapsed;
  }
}

function threadTimes(schedstat: string): ThreadTimes | undefined {
  try {
    const [ran, waited] = Deno.readTextFileSync(schedstat)
      .split(" ").map((nanoseconds) => Number(nanoseconds) / 1000);
    return { ran: ran!, waited: waited! };
  } catch {
    return undefined; // not Linux, or a kernel without these counters
  }
}
