import * as untyped from "npm:deno-std@1.4.0/assert/mod.js";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

export { assert } from "./assert.ts";

/** Asserts deep equality. */
export const assertEquals: <T>(actual: T, expected: T, msg?: string) => void =
  untyped.assertEquals;

/** Asserts deep inequality. */
export const assertNotEquals: <T>(
  actual: T,
  expected: T,
  msg?: string,
) => void = untyped.assertNotEquals;

/** Asserts identity. */
export const assertStrictEquals: <T>(
  actual: unknown,
  expected: T,
  msg?: string,
) => asserts actual is T = untyped.assertStrictEquals;

/** Asserts that a text matches. */
export const assertMatch: (
  actual: string,
  expected: RegExp,
  msg?: string,
) => void = untyped.assertMatch;

/** Asserts that a text contains another. */
export const assertStringIncludes: (
  actual: string,
  expected: string,
  msg?: string,
) => void = untyped.assertStringIncludes;

/** Asserts that a function throws. */
export const assertThrows: <E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
) => E = untyped.assertThrows;

/** Asserts that a promise is rejected. */
export const assertRejects: <E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
) => Promise<E> = untyped.assertRejects;
