/** Waits for tests that must not sleep. */

/** Lets `n` rounds of microtasks pass. */
export async function microtasks(n: number): Promise<void> {
  for (let i = 0; i < n; i++) await undefined;
}

/** Lets a macrotask pass, and with it one tick of the hub. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Lets `n` ticks of the runtime's event loop pass. */
export async function macrotasks(n: number): Promise<void> {
  for (let i = 0; i < n; i++) await macrotask();
}

/** Whether `promise` is still pending after everything that could run has run. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => void (settled = true);
  promise.then(settle, settle);
  for (let i = 0; i < 4; i++) await macrotask();
  return !settled;
}
