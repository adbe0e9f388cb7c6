/**
 * What Linux tells of a process in `/proc`. Whoever watches one asks here. Its one
 * rule: a process that is gone is no error, it uses nothing.
 *
 * @module
 */

/** Ticks of a second in `/proc`, on every architecture that Deno runs on. */
const TICKS = 100;

/**
 * The fields of `/proc/PID/stat` that are CPU time, counted from the one after
 * the name: user, system, and the same of children that have ended.
 */
const TIMES = { all: [11, 12, 13, 14], system: [12, 14] } as const;

/** Bytes of memory that a process has now, or had at most. */
export function residentBytes(pid: number, when: "now" | "peak"): number {
  const name = when === "now" ? "VmRSS" : "VmHWM";
  const line = new RegExp(`^${name}:\\s*(\\d+)`, "m");
  return Number(line.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Forgets the peak of memory. Where that is not allowed, it is that of its whole life. */
export function resetPeak(pid: number): void {
  try {
    Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Not allowed, or gone.
  }
}

/** CPU time that a process has used, or the system for it, with its children that have ended. */
export function cpuSeconds(pid: number, of: "all" | "system"): number {
  // The name stands in parentheses and may contain anything.
  const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
  return TIMES[of].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) /
    TICKS;
}

/** A process and its children, and theirs. Costs a look at each thread. */
export function family(pid: number): number[] {
  const pids = [pid];
  for (const each of pids) {
    for (const thread of names(`/proc/${each}/task`)) {
      const children = read(`/proc/${each}/task/${thread}/children`);
      pids.push(...children.split(" ").filter(Boolean).map(Number));
    }
  }
  return pids;
}

/** Descriptors that a process has open. */
export function descriptors(pid: number): number {
  return names(`/proc/${pid}/fd`).length;
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // gone
  }
}

function names(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return []; // gone
  }
}
