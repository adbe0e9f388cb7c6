import { assert as untyped } from "npm:deno-std@1.4.0/assert/assert.js";

/** Asserts that `expr` holds. */
export const assert: (expr: unknown, msg?: string) => asserts expr = untyped;
