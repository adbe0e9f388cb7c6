import { delay as untyped } from "npm:deno-std@1.4.0/async/delay.js";

/** The options of {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the wait early. */
  signal?: AbortSignal;
  /** Whether the wait keeps the process alive. */
  persistent?: boolean;
}

/** Resolves after `ms` milliseconds. */
export const delay: (ms: number, options?: DelayOptions) => Promise<void> =
  untyped;
