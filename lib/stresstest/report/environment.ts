/**
 * The environment of a test: when and on what machine it was run.
 *
 * @module
 */

/** A machine and a date. */
export interface Environment {
  /** ISO 8601. */
  date: string;
  /** The system and its release. */
  os: string;
  /** The model of the processor; empty if it is not known. */
  cpu: string;
  cores: number;
  memoryBytes: number;
  /** The runtime of the tester and its version. */
  runtime: string;
}

/**
 * This machine, now.
 *
 * @param cpuinfo The file that names the processor.
 */
export function environment(cpuinfo = "/proc/cpuinfo"): Environment {
  return {
    date: new Date().toISOString(),
    os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    cpu: processorModel(cpuinfo),
    cores: navigator.hardwareConcurrency,
    memoryBytes: Deno.systemMemoryInfo().total,
    runtime: `Deno ${Deno.version.deno}`,
  };
}

function processorModel(cpuinfo: string): string {
  try {
    const text = Deno.readTextFileSync(cpuinfo);
    return /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? "";
  } catch {
    return ""; // only Linux has this file
  }
}
