/** Makes mutants of files, and lets their tests judge them, several at a time. */
import { join } from "node:path";
import { Bench, type Fate } from "./bench.ts";
import type { Equivalent } from "./equivalent.ts";
import { type Mutation, mutations } from "./mutations.ts";
import { type Stage, stagesOf } from "./suites.ts";

/** A mutant of a file. */
export interface Mutant extends Mutation {
  readonly file: string;
}

/** What became of a mutant; one that is listed is not tried. */
export type Verdict = Fate | "equivalent";

/** A mutant, and what became of it. */
export interface Judged {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

/** How mutants are judged. */
export interface JudgeOptions {
  /** The repository. */
  readonly root: string;
  readonly equivalents: readonly Equivalent[];
  /** How many are tried at a time. */
  readonly workers: number;
  /** The least time that the tests of a stage have, in milliseconds. */
  readonly patience?: number;
  /** Ends it: what was found so far counts. */
  readonly signal: AbortSignal;
  /** Told of each mutant that was judged. */
  readonly onJudged: (judged: Judged) => void;
}

/** The tests fail, or take for ever, although nothing is changed. */
export class BaselineError extends Error {
  override readonly name = "BaselineError";
}

/** The least time that the tests of a stage have, in milliseconds. */
const PATIENCE = 10_000;

/** The longest that they may take on unchanged code, in milliseconds. */
const LONGEST = 300_000;

/** How many times longer than on the unchanged code they may take; a machine can be busy. */
const SLACK = 4;

/** All mutants of `files`, in the order of the text. */
export function mutantsOf(root: string, files: readonly string[]): Mutant[] {
  return files.flatMap((file) =>
    mutations(Deno.readTextFileSync(join(root, file)))
      .map((mutation) => ({ file, ...mutation }))
  );
}

/** Whether an entry of the list means this mutant. */
export function means(entry: Equivalent, mutant: Mutant): boolean {
  return entry.file === mutant.file && entry.within === mutant.within &&
    entry.before === mutant.before && entry.after === mutant.after;
}

/**
 * Judges mutants, and tells of each.
 *
 * @throws {BaselineError} If tests do not pass on the unchanged code.
 */
export async function judge(
  mutants: readonly Mutant[],
  { root, equivalents, workers, patience = PATIENCE, signal, onJudged }:
    JudgeOptions,
): Promise<void> {
  const waiting: Mutant[] = [];
  for (const mutant of mutants) {
    if (equivalents.some((entry) => means(entry, mutant))) {
      onJudged({ mutant, verdict: "equivalent" });
    } else {
      waiting.push(mutant);
    }
  }
  if (waiting.length === 0) return;

  using benches = new DisposableStack();
  const count = Math.min(workers, waiting.length);
  const all = Array.from(
    { length: count },
    () => benches.use(new Bench(root, signal)),
  );
  const limits = new Map<string, number>();
  const stages = new Map(
    waiting.map(({ file }) => [file, stagesOf(root, file)]),
  );
  const measured = [
    ...new Map(
      [...stages.values()].flat().map((tests) => [key(tests), tests]),
    ).values(),
  ];
  await inParallel(all, measured, signal, async (bench, tests) => {
    const began = performance.now();
    const { fate, output } = await bench.run(tests, LONGEST);
    if (signal.aborted) return;
    if (fate !== "survived") {
      throw new BaselineError(
        `Cannot judge mutants: ${tests.join(", ")} ${
          fate === "killed" ? "fails" : "takes too long"
        } on the unchanged code\n${output}`,
      );
    }
    const took = performance.now() - began;
    limits.set(key(tests), Math.max(patience, SLACK * took));
  });
  await inParallel(all, waiting, signal, async (bench, mutant) => {
    const timed = stages.get(mutant.file)!.map((tests) => {
      return { tests, limit: limits.get(key(tests))! };
    });
    const verdict = await bench.judge(mutant.file, mutant, timed);
    if (!signal.aborted) onJudged({ mutant, verdict });
  });
}

function key(tests: Stage): string {
  return tests.join(" ");
}

/** Each bench takes the next task as soon as it is free. */
async function inParallel<T>(
  benches: readonly Bench[],
  tasks: readonly T[],
  signal: AbortSignal,
  work: (bench: Bench, task: T) => Promise<void>,
): Promise<void> {
  const next = tasks.values();
  const results = await Promise.allSettled(benches.map(async (bench) => {
    for (const task of next) {
      if (signal.aborted) return;
      await work(bench, task);
    }
  }));
  // A bench is put away only when nobody works at it any more.
  for (const result of results) {
    if (result.status === "rejected") throw result.reason;
  }
}
