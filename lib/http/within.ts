/**
 * Waits that end in time. Each ends with its timer, so that a rush of clients does not
 * leave seconds of timers behind.
 *
 * @module
 */

/** Settles as `promise` does, or resolves to `late` after so many milliseconds. */
export function within<T, L>(
  promise: Promise<T>,
  milliseconds: number,
  late: L,
): Promise<T | L> {
  const { promise: expired, resolve } = Promise.withResolvers<L>();
  const timer = setTimeout(resolve, milliseconds, late);
  return Promise.race([promise, expired]).finally(() => clearTimeout(timer));
}
