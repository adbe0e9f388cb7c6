/**
 * Property tests: `FC_SEED` and `FC_PATH` replay the one example that failed, as
 * the failure itself says; `FC_RUNS` tries so many times as many.
 */
import { fileURLToPath } from "node:url";
import fc from "fast-check";

/** Examples of a property that does not say how many. */
const RUNS = 100;

/** Where the example to replay is named. */
export type Environment = Pick<Deno.Env, "get">;

/**
 * Tries a property on random examples; the first that fails is made small and told.
 *
 * @returns Whether it was many examples, and not a replay of one.
 */
export async function holds<Ts>(
  test: Pick<Deno.TestContext, "name" | "origin">,
  property: fc.IAsyncProperty<Ts> | fc.IProperty<Ts>,
  runs: number = RUNS,
  env: Environment = Deno.env,
): Promise<boolean> {
  const seed = env.get("FC_SEED");
  const path = env.get("FC_PATH");
  const found = await fc.check(property as fc.IAsyncProperty<Ts>, {
    numRuns: runs * Number(env.get("FC_RUNS") ?? 1),
    ...seed ? { seed: Number(seed) } : {},
    ...path ? { path, endOnFailure: true } : {},
  });
  if (!found.failed) return !path;
  const replay = [
    `FC_SEED=${found.seed} FC_PATH=${found.counterexamplePath} deno test -A`,
    `--filter ${quote(test.name)} ${quote(fileURLToPath(test.origin))}`,
  ].join(" ");
  throw new Error(
    `${await fc.asyncDefaultReportMessage(found)}\n\nReplay: ${replay}`,
    { cause: found.errorInstance },
  );
}

/** A word for a shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
