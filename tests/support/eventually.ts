/**
 * Waits with an end. A test that waits for something that never comes fails, and says
 * what it waited for and what was seen instead.
 */
import { macrotask } from "./jitter.ts";

/**
 * The longest that anything here may take, on a busy machine too, in milliseconds. Who
 * judges servers that are known to let some tests wait in vain may set it.
 */
export const PATIENCE = Number(Deno.env.get("ZILLIONS_PATIENCE") ?? 30_000);

/** Something did not come in time. */
export class NeverError extends Error {
  override readonly name = "NeverError";
}

/**
 * Looks again and again until what is seen is as it should be.
 *
 * @param what What is waited for, as the end of "Waited 30 s for".
 * @param look Called for each look; time passes between two of them.
 * @returns What was seen at last.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  { patience = PATIENCE, pause = macrotask }: {
    /** How long to look, in milliseconds. */
    patience?: number;
    /** Lets time pass; sockets can move meanwhile. */
    pause?: () => Promise<unknown>;
  } = {},
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const seen = await inTime(look(), what, { patience });
    if (holds(seen)) return seen;
    if (performance.now() > end) throw never(what, patience, () => seen);
    await pause();
  }
}

/**
 * What a promise comes to, which must not take for ever.
 *
 * @param what What is waited for, as the end of "Waited 30 s for".
 */
export function inTime<T>(
  promise: T | Promise<T>,
  what = "what it comes to",
  { patience = PATIENCE, seen }: {
    /** How long to wait, in milliseconds; `Infinity` if it may take for ever. */
    patience?: number;
    /** What there is instead, when it did not come. */
    seen?: () => unknown;
  } = {},
): Promise<T> {
  if (patience === Infinity) return Promise.resolve(promise);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(never(what, patience, seen)),
    patience,
  );
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function never(
  what: string,
  patience: number,
  seen?: () => unknown,
): NeverError {
  const instead = seen ? `; there is ${Deno.inspect(seen())}` : "";
  return new NeverError(`Waited ${patience / 1000} s for ${what}${instead}`);
}
