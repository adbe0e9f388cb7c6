/** Looks at the server once a second, for as long as a soak takes. */
import {
  cpuSeconds,
  descriptors,
  residentBytes,
} from "../../lib/stresstest/target/proc.ts";
import type { QuietPair } from "./pair.ts";
import type { SoakSample } from "./result.ts";

/** Milliseconds. */
const PERIOD = 1000;

/** Samples of a process. */
export class Sampler implements Disposable {
  readonly samples: SoakSample[] = [];
  readonly #pid: number;
  readonly #pair: QuietPair;
  readonly #begun = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #at = 0;
  #cpu: number;

  constructor(pid: number, pair: QuietPair) {
    this.#pid = pid;
    this.#pair = pair;
    this.#cpu = cpuSeconds(pid, "all");
    this.#timer = setInterval(() => this.#look(), PERIOD);
  }

  /** Seconds since it began. */
  get seconds(): number {
    return (performance.now() - this.#begun) / 1000;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const resident = residentBytes(this.#pid, "now");
    if (resident === 0) return; // it is gone
    const { seconds } = this;
    const cpu = cpuSeconds(this.#pid, "all");
    const latency = this.#pair.latency();
    this.samples.push({
      seconds,
      residentBytes: resident,
      descriptors: descriptors(this.#pid),
      cpuPercent: 100 * (cpu - this.#cpu) / (seconds - this.#at),
      p50Microseconds: latency?.p50Microseconds ?? null,
      p99Microseconds: latency?.p99Microseconds ?? null,
    });
    this.#at = seconds;
    this.#cpu = cpu;
  }
}
