/**
 * How far a run is, on a terminal: one line on standard error that is written
 * over, and nothing at all where standard error is no terminal.
 *
 * @module
 */
import process from "node:process";
import { createLogUpdate } from "log-update";
import { number } from "./figures.ts";

/** Characters of the bar. */
const WIDTH = 20;

/** The line. */
export class Progress implements Disposable {
  readonly #line = Deno.stderr.isTerminal()
    ? createLogUpdate(process.stderr)
    : undefined;

  /** Writes the line anew. */
  show(what: string, done: number, of: number, deliveries: number): void {
    const full = Math.round(WIDTH * Math.min(1, done / of));
    const bar = "█".repeat(full) + "░".repeat(WIDTH - full);
    this.#line?.(
      `${bar} ${what}  ${number(done)} of ${number(of)} messages, ${
        number(deliveries)
      } deliveries`,
    );
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    this.#line?.clear();
  }

  /** Takes the line away and gives the cursor back. */
  [Symbol.dispose](): void {
    this.#line?.clear();
    this.#line?.done();
  }
}
