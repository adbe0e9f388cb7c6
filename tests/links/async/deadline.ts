import { deadline as untyped } from "npm:deno-std@1.4.0/async/deadline.js";

/** The options of {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait early. */
  signal?: AbortSignal;
}

/** Rejects with a `TimeoutError` when `p` takes longer than `ms` milliseconds. */
export const deadline: <T>(
  p: Promise<T>,
  ms: number,
  options?: DeadlineOptions,
) => Promise<T> = untyped;
