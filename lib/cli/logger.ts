/**
 * The logger: what goes to standard error, line by line. The server's command
 * tells it what happens. Neither clients nor a reader that reads nothing can make
 * the log long or slow: lines of a kind are limited, and lines that cannot be written
 * are lost and counted.
 *
 * @module
 */
import { escape } from "../wire/escape.ts";
import type { LineWriter } from "./line_writer.ts";
import { RateLimiter } from "./rate_limiter.ts";

/** One line of the log. */
export interface LogLine {
  /** Lines of a kind are limited together. Programs know lines by their kind. */
  readonly kind: string;
  readonly level: "error" | "warning" | "info";
  /** For people. */
  readonly text: string;
  /** For programs. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** The most lines of a kind in a period: enough to see what happens. */
const LIMIT = 10;

/** The same of a verbose log, for people who want to see more; it is bounded, too. */
const VERBOSE_LIMIT = 1000;

/** Options of a {@linkcode Logger}. */
export interface LoggerOptions {
  /** Whether to print lines of level `info`. */
  readonly verbose?: boolean;
  /** Whether to print JSON. */
  readonly json?: boolean;
  /** Whether lines have no time, because something else adds it. */
  readonly noLogTime?: boolean;
  /** The current time. */
  readonly now?: () => Date;
}

/** Where log lines go. */
type Writer = Pick<LineWriter, "tryWrite" | "lost" | "fails">;

/** Prints log lines. */
export class Logger {
  readonly #writer: Writer;
  readonly #options: LoggerOptions;
  readonly #limiter: RateLimiter;
  /** Lines without room. */
  #refused = 0;
  /** How many lost lines the log has told of. */
  #told = 0;

  constructor(writer: Writer, options: LoggerOptions = {}) {
    this.#writer = writer;
    this.#options = options;
    this.#limiter = new RateLimiter(options.verbose ? VERBOSE_LIMIT : LIMIT);
  }

  /** Whether lines of this level are printed, so that the others need not be made. */
  logs(level: LogLine["level"]): boolean {
    return level !== "info" || this.#options.verbose === true;
  }

  /** Prints a line if its level is printed and its kind has not reached its limit. */
  log(line: LogLine): void {
    if (!this.logs(line.level)) return;
    if (this.#limiter.allow(line.kind)) this.print(line);
  }

  /** Begins another period, and prints how many lines the last one suppressed. */
  nextPeriod(): void {
    for (const { kind, count } of this.#limiter.nextPeriod()) {
      this.print({
        kind: "suppressed",
        level: "warning",
        text: `suppressed ${count} more lines of this kind: ${kind}`,
        fields: { of: kind, count },
      });
    }
  }

  /** Prints a line whatever its level and kind. */
  print(line: LogLine): void {
    this.#tellLost();
    if (!this.#writer.tryWrite(this.#format(line))) this.#refused++;
  }

  /** Says how many lines were lost in all, once lines can be written again. */
  #tellLost(): void {
    const lost = this.#refused + this.#writer.lost;
    if (lost === this.#told || this.#writer.fails) return;
    const line: LogLine = {
      kind: "lost",
      level: "warning",
      text:
        `lost ${lost} lines so far, because nobody read the log or it was full`,
      fields: { count: lost },
    };
    if (this.#writer.tryWrite(this.#format(line))) this.#told = lost;
  }

  #format({ kind, level, text, fields }: LogLine): string {
    const { json, noLogTime, now = () => new Date() } = this.#options;
    const time = noLogTime ? undefined : now().toISOString();
    if (!json) return escape(`${time ? `${time} ` : ""}zillions: ${text}`);
    return JSON.stringify(
      { time, level, event: kind, message: text, ...fields },
      (_, value) => typeof value === "string" ? escape(value) : value,
    );
  }
}
