/**
 * The progress of a run: one line on standard error that is written over. Where
 * standard error is no terminal, nothing is written.
 *
 * @module
 */
import { count } from "./format.ts";

/** The width of the bar, in characters. */
const BAR_WIDTH = 20;

/** Goes to the start of the line and erases it. */
const ERASE = "\r\x1b[K";

/** Where the line is written. */
export interface Terminal {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/** The line. */
export class Progress implements Disposable {
  readonly #terminal: Terminal | undefined;
  readonly #columns: () => number;

  /**
   * @param columns The width of the terminal: a longer line would not be erased.
   */
  constructor(
    terminal: Terminal = Deno.stderr,
    columns: () => number = () => Deno.consoleSize().columns,
  ) {
    if (terminal.isTerminal()) this.#terminal = terminal;
    this.#columns = columns;
  }

  /** Replaces the line. */
  show(run: string, sent: number, of: number, deliveries: number): void {
    if (!this.#terminal) return;
    const full = Math.round(BAR_WIDTH * Math.min(1, sent / of));
    const bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
    const line = `${bar} ${run}  ${count(sent)} of ${count(of)} messages, ${
      count(deliveries)
    } deliveries`;
    this.#write(ERASE + line.slice(0, this.#columns() - 1));
  }

  /** Removes the line, so that something else can be written. */
  clear(): void {
    this.#write(ERASE);
  }

  /** Removes the line. */
  [Symbol.dispose](): void {
    this.clear();
  }

  #write(text: string): void {
    this.#terminal?.writeSync(new TextEncoder().encode(text));
  }
}
