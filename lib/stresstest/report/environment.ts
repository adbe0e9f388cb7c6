/**
 * Where a test was run, for whoever reads its figures later. The entry point
 * asks once.
 *
 * @module
 */
import type { Environment } from "../load/result.ts";

/** This machine, now. */
export function environment(): Environment {
  return {
    date: new Date().toISOString(),
    os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    cpu: processor(),
    cores: navigator.hardwareConcurrency,
    memoryBytes: Deno.systemMemoryInfo().total,
    runtime: `Deno ${Deno.version.deno}`,
  };
}

function processor(): string {
  try {
    const text = Deno.readTextFileSync("/proc/cpuinfo");
    return /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? "";
  } catch {
    return ""; // only Linux tells it in a file
  }
}
