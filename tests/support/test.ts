/** Tests with a time limit: a test that hangs fails. */

/** The longest that a test may take, in milliseconds; most take less than a second. */
const LIMIT = 60_000;

/** Registers a test, as `Deno.test` does, that fails when it takes too long. */
export function test(
  ...given: [string, Deno.TestDefinition["fn"]] | [Deno.TestDefinition]
): void {
  const definition = given.length === 1
    ? given[0]
    : { name: given[0], fn: given[1] };
  Deno.test({ timeout: LIMIT, ...definition });
}
