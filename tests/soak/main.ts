/**
 * The soak as a command: `deno task soak --minutes 60`. Exit codes: 0 when nothing
 * grew, was lost or was wrong, 1 when something was, 2 when it was called wrongly.
 */
import {
  bytes,
  count,
  microseconds,
} from "../../lib/stresstest/report/format.ts";
import { type Asked, HELP, parse, UsageError } from "./arguments.ts";
import { page } from "./page.ts";
import type { SoakResult, SoakRound } from "./result.ts";
import { soak } from "./soak.ts";

async function main(args: string[]): Promise<number> {
  const asked = parse(args);
  if (asked === "help") {
    print(HELP);
    return 0;
  }
  if (Deno.build.os !== "linux") {
    print("skipped: only Linux tells in /proc what a process uses");
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop.abort());
  }
  const result = await soak(asked, {
    stop: stop.signal,
    onRound: (round, result) => print(line(round, result)),
  });
  await Deno.writeTextFile(asked.json, JSON.stringify(result, null, 1));
  await Deno.writeTextFile(asked.report, page(result));
  for (const failure of result.failures) print(`  ${failure}`);
  print(verdict(result, asked));
  return result.failures.length > 0 ? 1 : 0;
}

function line(round: SoakRound, { samples }: SoakResult): string {
  const { name, seconds, sent, lost, p99Microseconds, descriptors } = round;
  const late = p99Microseconds === null ? "-" : microseconds(p99Microseconds);
  return [
    `${Math.round(seconds)} s`.padStart(8),
    name.padEnd(5),
    `${count(sent)} sent, ${count(lost)} lost`,
    `p99 ${late}`,
    bytes(samples.at(-1)?.residentBytes ?? 0),
    `${descriptors} descriptors`,
  ].join("  ");
}

function verdict({ failures, memory }: SoakResult, asked: Asked): string {
  const found = failures.length > 0
    ? "failed"
    : memory === null
    ? "passed, but too short to tell whether it grows"
    : "passed";
  return `${found}; see ${asked.report} and ${asked.json}`;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  let code = 1;
  try {
    code = await main(Deno.args);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    Deno.stderr.writeSync(new TextEncoder().encode(`soak: ${text}\n`));
    if (error instanceof UsageError) code = 2;
  }
  Deno.exit(code);
}
