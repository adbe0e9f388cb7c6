/**
 * `deno task mutants [OPTIONS] [FILE...]`: changes the code in small ways, one at a
 * time, and runs the tests, which should notice. Exit code 1 when a mutant survives
 * that is not listed as equivalent, 2 when they cannot be judged.
 */
// deno-lint-ignore-file no-console -- what survives is its answer
import { parseArgs } from "@std/cli/parse-args";
import { path } from "../support/script.ts";
import { equivalents } from "./equivalent.ts";
import {
  BaselineError,
  judge,
  type Judged,
  means,
  type Mutant,
  mutantsOf,
  type Verdict,
} from "./mutants.ts";
import { coreFiles } from "./suites.ts";

const HELP = `Usage: deno task mutants [OPTIONS] [FILE...]

Changes the code in small ways, one at a time, and runs the tests that belong to it.
FILEs are all of lib/wire, lib/hub and lib/server unless given; a part of the path
is enough.

  --list       print the mutants, run nothing
  --sample N   only N of them, at random
  --seed N     the same ones as last time
  --workers N  how many at a time (default: the number of cores)
  -h, --help`;

/** Says what is wrong with the command line. */
function refuse(message: string): never {
  console.error(`mutants: ${message}`);
  Deno.exit(2);
}

/** A whole number of the command line. */
function whole(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  return refuse(`--${name} needs a number, not "${text}"`);
}

/** How a mutant is printed. */
function shown({ file, line, within, before, after }: Mutant): string {
  return [
    `${file}:${line}${within && ` in ${within}`}`,
    `  - ${before}`,
    `  + ${after}`,
  ].join("\n");
}

/** `count` of `all`, in their order; the same ones for the same seed. */
function sample(all: Mutant[], count: number, seed: number): Mutant[] {
  let state = seed;
  // A linear congruential generator (Numerical Recipes, chapter 7).
  const random = () => state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
  const drawn = new Set(
    all.map((mutant) => ({ mutant, key: random() }))
      .sort((a, b) => a.key - b.key).slice(0, count)
      .map(({ mutant }) => mutant),
  );
  return all.filter((mutant) => drawn.has(mutant));
}

const { help, list, _: words, ...given } = parseArgs(Deno.args, {
  alias: { h: "help" },
  boolean: ["help", "list"],
  string: ["_", "sample", "seed", "workers"],
  unknown: (arg, key) => {
    if (key !== undefined) refuse(`there is no option ${arg}`);
  },
});
if (help) {
  console.log(HELP);
  Deno.exit();
}
const root = path(".");
const core = coreFiles(root);
const files = core.filter((file) =>
  words.length === 0 || words.some((word) => file.includes(String(word)))
);
if (files.length === 0) refuse("there are no such files");
let mutants = mutantsOf(root, files);
const stale = equivalents.filter((entry) =>
  (files.includes(entry.file) || !core.includes(entry.file)) &&
  !mutants.some((mutant) => means(entry, mutant))
);
const size = whole("sample", given.sample);
if (size !== undefined) {
  const seed = whole("seed", given.seed) ?? Date.now();
  console.error(`mutants: --sample ${size} --seed ${seed}`);
  mutants = sample(mutants, size, seed);
}
if (list) {
  for (const mutant of mutants) console.log(shown(mutant));
  Deno.exit();
}

const stopping = new AbortController();
Deno.addSignalListener("SIGINT", () => stopping.abort());
const judged: Judged[] = [];
const counts: Record<Verdict, number> = {
  killed: 0,
  "timed out": 0,
  survived: 0,
  equivalent: 0,
};
const encoder = new TextEncoder();

/** Writes over the line that says how far it is. */
function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(encoder.encode(`\r\x1b[K${text}`));
}

try {
  await judge(mutants, {
    root,
    equivalents,
    workers: whole("workers", given.workers) ?? navigator.hardwareConcurrency,
    signal: stopping.signal,
    onJudged: (result) => {
      judged.push(result);
      counts[result.verdict]++;
      if (result.verdict === "survived" || result.verdict === "timed out") {
        progress("");
        console.log(`${result.verdict}: ${shown(result.mutant)}`);
      }
      progress(
        `${judged.length} of ${mutants.length}, ${counts.survived} survived: ${result.mutant.file}`,
      );
    },
  });
} catch (error) {
  if (!(error instanceof BaselineError)) throw error;
  refuse(error.message);
}
progress("");
for (const { file, within, before, after } of stale) {
  console.log(
    `listed as equivalent, but there is no such mutant: ${file} in ${within}\n  - ${before}\n  + ${after}`,
  );
}
if (stopping.signal.aborted) {
  console.log(`stopped after ${judged.length} of ${mutants.length}`);
}
console.log(
  `${judged.length} mutants: ${counts.killed} killed, ${
    counts["timed out"]
  } timed out, ${counts.survived} survived, ${counts.equivalent} equivalent`,
);
Deno.exit(counts.survived + stale.length > 0 ? 1 : 0);
