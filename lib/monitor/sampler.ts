/**
 * The sampler: rates, and what the process uses, every two seconds of the last ten
 * minutes. The monitor's page draws lines of it.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import type { Stats, Traffic } from "../server/serve.ts";

/** The time between two samples, in milliseconds. */
export const SAMPLE_INTERVAL = 2000;

/** How many samples are kept: ten minutes. */
const KEPT = 300;

/** How often the event loop is asked how late it is, in milliseconds. */
const TICK = 100;

/** What the process uses. */
export interface ProcessUsage {
  /** Memory, in bytes. */
  readonly residentBytes: number;
  /** Of that JavaScript's objects, in bytes. */
  readonly heapBytes: number;
  /** Time of all processors since the start, in seconds. */
  readonly cpuSeconds: number;
  /** The longest delay of the event loop in the last two seconds or less, in seconds. */
  readonly loopDelaySeconds: number;
}

/** One sample. Rates are by second. */
export interface Sample {
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** Clients connected. */
  readonly clients: number;
  /** Messages received. */
  readonly messagesIn: number;
  /** Messages sent, once for each client. */
  readonly messagesOut: number;
  /** Bytes received. */
  readonly bytesIn: number;
  /** Bytes sent. */
  readonly bytesOut: number;
  /** Messages that lagging clients lost. */
  readonly dropped: number;
  /** Messages that wait for the client furthest behind. */
  readonly lag: number;
  /** Memory, in bytes. */
  readonly residentBytes: number;
  /** How much of one processor. */
  readonly cpu: number;
  /** The longest delay of the event loop since the sample before. */
  readonly loopDelaySeconds: number;
}

/** What the sampler reads, in a test of its own making. */
export interface SamplerSource {
  readonly stats: () => Stats;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  readonly memory: () => { rss: number; heapUsed: number };
  /** Seconds of processor time. */
  readonly cpu: () => number;
}

/** Takes samples, and keeps the newest. */
export class Sampler {
  /** The oldest first. */
  readonly samples: Sample[] = [];
  readonly #source: SamplerSource;
  #before: Stats;
  #cpuBefore: number;
  #sampledAt: number;
  /** The longest delay since the last sample, and the one before it, in milliseconds. */
  #delays: [now: number, before: number] = [0, 0];

  constructor(source: SamplerSource) {
    this.#source = source;
    this.#before = source.stats();
    this.#cpuBefore = source.cpu();
    this.#sampledAt = source.now();
  }

  /** What the process uses now. */
  get usage(): ProcessUsage {
    const { rss, heapUsed } = this.#source.memory();
    return {
      residentBytes: rss,
      heapBytes: heapUsed,
      cpuSeconds: this.#source.cpu(),
      loopDelaySeconds: Math.max(...this.#delays) / 1000,
    };
  }

  /** Ticks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const asked = this.#source.now();
      // The wait ends early, by a rejection, only when the signal aborts.
      if (await delay(TICK, { signal }).then(() => false, () => true)) return;
      this.tick(this.#source.now() - asked - TICK);
    }
  }

  /**
   * Notes how late a tick was, and takes a sample when it is time.
   *
   * @param late In milliseconds.
   */
  tick(late: number): void {
    this.#delays[0] = Math.max(this.#delays[0], late);
    const elapsed = this.#source.now() - this.#sampledAt;
    if (elapsed >= SAMPLE_INTERVAL) this.#sample(elapsed / 1000);
  }

  #sample(seconds: number): void {
    const stats = this.#source.stats();
    const { residentBytes, cpuSeconds } = this.usage;
    const rate = (name: keyof Traffic | "dropped") =>
      (stats[name] - this.#before[name]) / seconds;
    this.samples.push({
      time: Date.now(),
      clients: stats.clients,
      messagesIn: rate("messagesIn"),
      messagesOut: rate("messagesOut"),
      bytesIn: rate("bytesIn"),
      bytesOut: rate("bytesOut"),
      dropped: rate("dropped"),
      lag: stats.lag,
      residentBytes,
      cpu: (cpuSeconds - this.#cpuBefore) / seconds,
      loopDelaySeconds: this.#delays[0] / 1000,
    });
    if (this.samples.length > KEPT) this.samples.shift();
    this.#before = stats;
    this.#cpuBefore = cpuSeconds;
    this.#sampledAt = this.#source.now();
    this.#delays = [0, this.#delays[0]];
  }
}

/** Processor time in seconds. Deno itself has no name for it, but Node's process has. */
export function cpuSeconds(): number {
  const { process } = globalThis as unknown as {
    process: { cpuUsage(): { user: number; system: number } };
  };
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
