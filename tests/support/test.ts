/** Tests with a time limit: a test that hangs fails. */

/** The longest that a test may take, in milliseconds; most take less than a second. */
const LIMIT = 120_000;

type Fn = Deno.TestDefinition["fn"];
type Options = Omit<Deno.TestDefinition, "name" | "fn">;

/** Registers a test, as `Deno.test` does, that fails when it takes too long. */
export function test(
  ...given: [string, Fn] | [string, Options, Fn] | [Deno.TestDefinition]
): void {
  const definition = given.length === 1
    ? given[0]
    : given.length === 2
    ? { name: given[0], fn: given[1] }
    : { ...given[1], name: given[0], fn: given[2] };
  Deno.test({ timeout: LIMIT, ...definition });
}
