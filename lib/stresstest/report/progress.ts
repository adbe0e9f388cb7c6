/**
 * The progress of a run: one line on standard error that is written over. Where
 * standard error is no terminal, nothing is written.
 *
 * @module
 */
import process from "node:process";
import { createLogUpdate } from "log-update";
import { count } from "./format.ts";

/** The width of the bar, in characters. */
const BAR_WIDTH = 20;

/** The line. */
export class Progress implements Disposable {
  readonly #line: ReturnType<typeof createLogUpdate> | undefined;

  constructor(stream: typeof process.stderr = process.stderr) {
    this.#line = stream.isTTY ? createLogUpdate(stream) : undefined;
  }

  /** Replaces the line. */
  show(run: string, sent: number, of: number, deliveries: number): void {
    const full = Math.round(BAR_WIDTH * Math.min(1, sent / of));
    const bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
    this.#line?.(
      `${bar} ${run}  ${count(sent)} of ${count(of)} messages, ${
        count(deliveries)
      } deliveries`,
    );
  }

  /** Removes the line, so that something else can be written. */
  clear(): void {
    this.#line?.clear();
  }

  /** Removes the line and shows the cursor again. */
  [Symbol.dispose](): void {
    this.#line?.clear();
    this.#line?.done();
  }
}
