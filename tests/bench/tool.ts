/** What the benchmarks of the whole are as commands: one argument, and Markdown. */
// deno-lint-ignore-file no-console -- tools for people
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import { spread } from "../../lib/stresstest/report/spread.ts";
import { StartError } from "../../lib/stresstest/target/start_error.ts";
import { path } from "../support/script.ts";
import { Stage } from "./stage.ts";

/** How often everything is measured, if nothing else is asked for. */
const ROUNDS = 3;

/** What ends it early, and the exit status it then has: 128 and its number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs `measure` so many rounds as the command line says, and prints what it found. */
export async function tool(
  args: string[],
  measure: (rounds: number, stage: Stage) => Promise<string>,
): Promise<void> {
  const [rounds = String(ROUNDS), ...rest] = args;
  if (!/^[1-9]\d?$/.test(rounds) || rest.length > 0) {
    console.error(
      `Cannot measure: the one argument is how many rounds, 1 to 99, not "${
        args.join(" ")
      }"`,
    );
    Deno.exitCode = 2;
    return;
  }
  Deno.chdir(path("."));
  const stop = new AbortController();
  const handlers = Object.entries(SIGNALS).map(([name, status]) => {
    const signal = name as keyof typeof SIGNALS;
    const handler = () => stop.abort(status);
    Deno.addSignalListener(signal, handler);
    return () => Deno.removeSignalListener(signal, handler);
  });
  try {
    const stage = new Stage(stop.signal);
    const found = await measure(Number(rounds), stage);
    console.log(`${stage.surroundings}\n\n${found}`);
  } catch (error) {
    if (stop.signal.aborted) Deno.exitCode = stop.signal.reason;
    else if (error instanceof StartError) {
      console.error(error.message);
      Deno.exitCode = 1;
    } else throw error;
  } finally {
    for (const remove of handlers) remove();
  }
}

/** A table in Markdown: the first column is words, the others are numbers. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const rule = head.map((_, at) => at === 0 ? "---" : "--:");
  return [head, rule, ...body].map((row) => `| ${row.join(" | ")} |\n`)
    .join("");
}

/** The median of a metric; nothing where no run has it. */
export function median(
  runs: readonly RunResult[],
  of: (run: RunResult) => number | undefined,
): number | undefined {
  return spread(runs.map((run) => of(run) ?? null))?.median;
}
