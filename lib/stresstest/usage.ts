/**
 * What the server's process uses, children included, as Linux tells it in
 * `/proc`. A run watches from before it connects until after the last delivery.
 * Its one rule: it looks seldom and briefly, for it runs beside the generator.
 *
 * @module
 */
import type { Usage } from "./result.ts";

/** How often memory is looked at, in milliseconds. */
const PERIOD = 100;

/** Ticks of a second in `/proc`, on every architecture that Deno runs on. */
const TICKS = 100;

/**
 * The fields of `/proc/PID/stat` that are CPU time, counted from the one after
 * the name: user, system, and the same of children that have ended.
 */
const TIMES = [11, 12, 13, 14] as const;
const SYSTEM_TIMES = [12, 14] as const;

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
        this.#pids.reduce((sum, pid) => sum + kilobytes(pid, "VmHWM"), 0) *
          1024,
      ),
      endMemoryBytes: sizes.at(-1) ?? 0,
      memory: this.#memory,
    };
  }

  /** Ends the watch. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** Finds the process and its children. Costs a look at each thread. */
  #find(): void {
    this.#pids = [this.#pid];
    for (const pid of this.#pids) {
      for (const thread of names(`/proc/${pid}/task`)) {
        const children = read(`/proc/${pid}/task/${thread}/children`);
        this.#pids.push(...children.split(" ").filter(Boolean).map(Number));
      }
    }
  }

  #look(): void {
    let resident = 0;
    const ticks = { all: 0, system: 0 };
    for (const pid of this.#pids) {
      // The name stands in parentheses and may contain anything.
      const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
      for (const at of TIMES) ticks.all += Number(fields[at] ?? 0);
      for (const at of SYSTEM_TIMES) ticks.system += Number(fields[at] ?? 0);
      resident += kilobytes(pid, "VmRSS") * 1024;
    }
    if (resident === 0) return;
    this.#cpu = { all: ticks.all / TICKS, system: ticks.system / TICKS };
    this.#memory.push([(performance.now() - this.#begun) / 1000, resident]);
  }
}

function resetPeak(pid: number): void {
  try {
    Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Not allowed, or gone: then the peak is that of its whole life.
  }
}

function kilobytes(pid: number, name: "VmRSS" | "VmHWM"): number {
  const line = new RegExp(`^${name}:\\s*(\\d+)`, "m");
  return Number(line.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** A file of `/proc`; empty when the process is gone. */
function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function names(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return []; // gone
  }
}
