/**
 * What the server's process uses, children included, as Linux tells it in
 * `/proc`. A run watches from before it connects until after the last delivery.
 * Its one rule: it looks seldom and briefly, for it runs beside the generator.
 *
 * @module
 */
import { cpuSeconds, family, resetPeak, residentBytes } from "./proc.ts";
import type { Usage } from "../load/result.ts";

/** How often memory is looked at, in milliseconds. */
const PERIOD = 100;

/** CPU time, in seconds. */
interface Cpu {
  all: number;
  system: number;
}

/** Watches a process and its children. */
export class UsageWatch implements Disposable {
  readonly #pid: number;
  readonly #begun = performance.now();
  readonly #memory: [number, number][] = [];
  #pids: number[] = [];
  #cpuBefore: Cpu = { all: 0, system: 0 };
  #cpu: Cpu = { all: 0, system: 0 };
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(pid: number) {
    this.#pid = pid;
    this.#find();
    for (const each of this.#pids) resetPeak(each);
    this.#look();
    this.#timer = setInterval(() => this.#look(), PERIOD);
  }

  /** Begins to watch `pid`, or nothing where that is not possible. */
  static start(pid: number | undefined): UsageWatch | undefined {
    if (pid === undefined || Deno.build.os !== "linux") return undefined;
    return new UsageWatch(pid);
  }

  /** From here on CPU time counts: clients are connected. */
  mark(): void {
    this.#find();
    this.#look();
    this.#cpuBefore = this.#cpu;
  }

  /** The figures from the beginning to now. A process that is gone has its last ones. */
  summary(deliveries: number): Usage {
    this.#find();
    this.#look();
    const sizes = this.#memory.map(([, bytes]) => bytes);
    const cpuSeconds = this.#cpu.all - this.#cpuBefore.all;
    return {
      cpuSeconds,
      systemSeconds: this.#cpu.system - this.#cpuBefore.system,
      cpuMicrosecondsPerDelivery: deliveries > 0
        ? cpuSeconds * 1e6 / deliveries
        : 0,
      startMemoryBytes: sizes.at(0) ?? 0,
      peakMemoryBytes: Math.max(
        ...sizes,
        this.#sum((pid) => residentBytes(pid, "peak")),
      ),
      endMemoryBytes: sizes.at(-1) ?? 0,
      memory: this.#memory,
    };
  }

  /** Ends the watch. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #find(): void {
    this.#pids = family(this.#pid);
  }

  #look(): void {
    const resident = this.#sum((pid) => residentBytes(pid, "now"));
    if (resident === 0) return; // it is gone
    this.#cpu = {
      all: this.#sum((pid) => cpuSeconds(pid, "all")),
      system: this.#sum((pid) => cpuSeconds(pid, "system")),
    };
    this.#memory.push([(performance.now() - this.#begun) / 1000, resident]);
  }

  #sum(of: (pid: number) => number): number {
    return this.#pids.reduce((sum, pid) => sum + of(pid), 0);
  }
}
