/**
 * Monitors the CPU time and memory of the server's process and its children, where
 * the system is Linux. A run monitors from before its clients connect until after the
 * last delivery. Samples are rare and short, because they cost time of the tester.
 *
 * @module
 */
import { cpuSeconds, processTree, resetPeak, residentBytes } from "./proc.ts";

/** What a server used during a run, its children included. */
export interface Usage {
  cpuSeconds: number;
  /** The part of `cpuSeconds` spent in the system: reads, writes and wake-ups. */
  systemSeconds: number;
  /** `null` if nothing was delivered, or the time was too short to be measured. */
  cpuMicrosecondsPerDelivery: number | null;
  startMemoryBytes: number;
  peakMemoryBytes: number;
  endMemoryBytes: number;
  /** `[seconds since the run began, bytes resident]`. */
  memory: [number, number][];
}

/** Milliseconds between two samples. */
const PERIOD = 100;

/** CPU time, in seconds. */
interface CpuTime {
  all: number;
  system: number;
}

/** Monitors processes and their children. */
export class UsageMonitor implements Disposable {
  readonly #roots: readonly number[];
  readonly #begun = performance.now();
  readonly #memory: [number, number][] = [];
  #pids: number[] = [];
  #cpuBefore: CpuTime = { all: 0, system: 0 };
  #cpu: CpuTime = { all: 0, system: 0 };
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(roots: readonly number[]) {
    this.#roots = roots;
    this.#findProcesses();
    for (const each of this.#pids) resetPeak(each);
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), PERIOD);
  }

  /** Starts to monitor the processes; `undefined` where that is not possible. */
  static start(pids: readonly number[]): UsageMonitor | undefined {
    if (pids.length === 0 || Deno.build.os !== "linux") return undefined;
    return new UsageMonitor(pids);
  }

  /** Restarts the CPU time at 0, when all clients are connected. */
  restartCpu(): void {
    this.#findProcesses();
    this.#sample();
    this.#cpuBefore = this.#cpu;
  }

  /** The usage until now. Of a process that has ended, the last sample counts. */
  summary(deliveries: number): Usage {
    this.#findProcesses();
    this.#sample();
    const sizes = this.#memory.map(([, bytes]) => bytes);
    const cpuSeconds = this.#cpu.all - this.#cpuBefore.all;
    return {
      cpuSeconds,
      systemSeconds: this.#cpu.system - this.#cpuBefore.system,
      cpuMicrosecondsPerDelivery: deliveries > 0 && cpuSeconds > 0
        ? cpuSeconds * 1e6 / deliveries
        : null,
      startMemoryBytes: sizes.at(0) ?? 0,
      peakMemoryBytes: Math.max(
        ...sizes,
        this.#sum((pid) => residentBytes(pid, "peak")),
      ),
      endMemoryBytes: sizes.at(-1) ?? 0,
      memory: this.#memory,
    };
  }

  /** Stops monitoring. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #findProcesses(): void {
    this.#pids = this.#roots.flatMap(processTree);
  }

  #sample(): void {
    const resident = this.#sum((pid) => residentBytes(pid, "now"));
    if (resident === 0) return; // it has ended
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
