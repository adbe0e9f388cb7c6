/**
 * Reads from Linux's `/proc` what a process uses. A process that has ended is no
 * error: it uses nothing.
 *
 * @module
 */

/** Clock ticks per second in `/proc`, on every architecture that Deno runs on. */
const TICKS_PER_SECOND = 100;

/**
 * The fields of `/proc/PID/stat` with CPU times, counted from the field after the
 * name: user, system, and the same of children that have ended.
 */
const CPU_FIELDS = { all: [11, 12, 13, 14], system: [12, 14] } as const;

/** Bytes of resident memory of a process, now or at its peak. */
export function residentBytes(pid: number, when: "now" | "peak"): number {
  const name = when === "now" ? "VmRSS" : "VmHWM";
  const line = new RegExp(`^${name}:\\s*(\\d+)`, "m");
  return Number(line.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Resets the peak of resident memory. Where that is not allowed, the peak is that of its whole life. */
export function resetPeak(pid: number): void {
  try {
    Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // not allowed, or the process has ended
  }
}

/** Seconds of CPU time of a process and its ended children, in all or in the system. */
export function cpuSeconds(pid: number, of: "all" | "system"): number {
  // The name is in parentheses and may contain any character.
  const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
  return CPU_FIELDS[of].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) /
    TICKS_PER_SECOND;
}

/** The ids of a process and all its descendants. Reads one file for each thread. */
export function processTree(pid: number): number[] {
  const pids = [pid];
  for (const each of pids) {
    for (const thread of names(`/proc/${each}/task`)) {
      const children = read(`/proc/${each}/task/${thread}/children`);
      pids.push(...children.split(" ").filter(Boolean).map(Number));
    }
  }
  return pids;
}

/** How many descriptors a process has open. */
export function descriptors(pid: number): number {
  return names(`/proc/${pid}/fd`).length;
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // it has ended
  }
}

function names(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return []; // it has ended
  }
}
