/**
 * The tester's own load: its CPU time, and how busy its thread was. A run measures it
 * while it sends, and while it waits for the last deliveries, to tell whether the
 * tester was the bottleneck. That is decided here and nowhere else.
 *
 * @module
 */
import process from "node:process";
import type { Bottleneck, TesterStats } from "./result.ts";

/**
 * The tester was the bottleneck if it was busy for more than this share of the time:
 * messages then wait for the tester and not for the server.
 */
const MAX_BUSY = 0.8;

/**
 * The tester was also the bottleneck if its send delay was more than this, in
 * microseconds, and more than half of the latency.
 */
const MAX_SEND_DELAY = 1000;

/**
 * Where the tester waited for a processor for more than this share of the time, others
 * had all of them: the server, or other programs.
 */
const MAX_WAITED = 0.2;

/** A wait for the last deliveries that is shorter, in milliseconds, says nothing. */
const MIN_WAIT = 100;

/** The rule by which the tester was the bottleneck; `null` if it was not. */
export function bottleneckOf(
  { busyShare, waitingBusyShare, sendDelayP99Microseconds }: Pick<
    TesterStats,
    "busyShare" | "waitingBusyShare" | "sendDelayP99Microseconds"
  >,
  latencyP99Microseconds: number,
): Bottleneck | null {
  if ((busyShare ?? 0) > MAX_BUSY) return "CPU";
  if ((waitingBusyShare ?? 0) > MAX_BUSY) return "CPU while waiting";
  return sendDelayP99Microseconds > MAX_SEND_DELAY &&
      sendDelayP99Microseconds > latencyP99Microseconds / 2
    ? "send delay"
    : null;
}

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

  /**
   * The share of `elapsed` in which the thread had something to do but no processor;
   * `null` where the system does not count it.
   *
   * @param elapsed Microseconds since the construction.
   */
  waited(elapsed: number): number | null {
    const now = threadTimes(this.#schedstat);
    if (!this.#before || !now) return null;
    // A wait is counted when it ends, with the part before the construction.
    return Math.min(1, (now.waited - this.#before.waited) / elapsed);
  }
}

/** Whether the tester waited so much for a processor that it bears on the numbers. */
export function waitedForProcessor({ waitedShare }: TesterStats): boolean {
  return (waitedShare ?? 0) > MAX_WAITED;
}

/** How busy the tester was from the end of sending to the last delivery. */
export class WaitLoad {
  /** The share of that time; `null` if it was too short. */
  busy: number | null = null;
  readonly #load: TesterLoad;
  readonly #now: () => number;
  readonly #begun: number;
  #deliveries: number;

  /** @param deliveries Deliveries until now. */
  constructor(
    deliveries: number,
    load: TesterLoad = new TesterLoad(),
    now: () => number = () => performance.now(),
  ) {
    this.#deliveries = deliveries;
    this.#load = load;
    this.#now = now;
    this.#begun = now();
  }

  /** Called regularly with the deliveries until now: the time of the last one counts. */
  note(deliveries: number): void {
    if (deliveries === this.#deliveries) return;
    this.#deliveries = deliveries;
    const elapsed = this.#now() - this.#begun;
    if (elapsed >= MIN_WAIT) this.busy = this.#load.busy(0, elapsed * 1000);
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
