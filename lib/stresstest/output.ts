/**
 * What the command prints: standard output, as wide as the terminal, and standard
 * error. Standard output that takes no more ends the test, which then writes its files
 * all the same.
 *
 * @module
 */
import { wrap } from "./report/wrap.ts";

/** The longest line of a table where standard output is no terminal. */
const WIDTH = 120;

/** A stream that is written to. */
export interface Stream {
  writeSync(bytes: Uint8Array): number;
}

/** Standard output of the command, and standard error. */
export class Output {
  /** Why standard output takes no more. */
  failure: unknown;
  readonly #onFailure: () => void;

  /** @param onFailure Called once, when standard output takes no more. */
  constructor(onFailure: () => void = () => {}) {
    this.#onFailure = onFailure;
  }

  /** The width of the terminal; elsewhere lines may be this long. */
  get width(): number {
    return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : WIDTH;
  }

  /** Prints results. Where a terminal would break lines inside words, they are wrapped. */
  print(text: string): void {
    if (this.failure !== undefined) return;
    const lines = Deno.stdout.isTerminal() ? wrap(text, this.width) : text;
    try {
      writeAll(Deno.stdout, lines);
    } catch (error) {
      this.failure = error;
      this.#onFailure();
    }
  }

  /** Prints what is wrong, as one line where no terminal is too narrow for it. */
  error(text: string): void {
    const line = `stresstest: ${text}\n`;
    const { columns } = Deno.stderr.isTerminal()
      ? Deno.consoleSize()
      : { columns: Infinity };
    this.#printError(wrap(line, columns));
  }

  /** Prints what a server has printed, marked as such. */
  relay(text: string): void {
    const lines = text.split("\n").filter((line) => line !== "");
    this.#printError(lines.map((line) => `  | ${line}\n`).join(""));
  }

  #printError(text: string): void {
    try {
      writeAll(Deno.stderr, text);
    } catch {
      // nobody can be told
    }
  }
}

/** Writes all of `text`. */
export function writeAll(stream: Stream, text: string): void {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
}
