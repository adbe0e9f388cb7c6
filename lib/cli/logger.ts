/**
 * The journal: what goes to standard error, line by line. The command tells it
 * what happens. Its one rule: nothing that clients do, and nobody's failing to
 * read it, makes it long or slow.
 *
 * @module
 */
import { escape } from "../wire/escape.ts";
import type { LineWriter } from "./line_writer.ts";
import { RateLimiter } from "./rate_limiter.ts";

/** One thing to say. */
export interface LogLine {
  /** Notices of a kind are limited together. */
  readonly kind: string;
  readonly level: "error" | "warning" | "info";
  /** For people. */
  readonly text: string;
  /** For programs. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** The most lines of a kind in a period. */
const QUOTA = 10;

/** The same for a verbose journal: who asks for much gets much, within bounds. */
const VERBOSE_QUOTA = 1000;

/** Options of a {@linkcode Logger}. */
export interface LoggerOptions {
  /** Whether to print what is no warning. */
  readonly verbose?: boolean;
  /** Whether to print JSON. */
  readonly json?: boolean;
  /** The time, as it is printed. */
  readonly now?: () => Date;
}

/** Prints notices. */
export class Logger {
  readonly #outbox: Pick<LineWriter, "post">;
  readonly #options: LoggerOptions;
  readonly #quota: RateLimiter;
  /** Lines that there was no room for, since somebody last read. */
  #unread = 0;

  constructor(outbox: Pick<LineWriter, "post">, options: LoggerOptions = {}) {
    this.#outbox = outbox;
    this.#options = options;
    this.#quota = new RateLimiter(options.verbose ? VERBOSE_QUOTA : QUOTA);
  }

  /** Whether notices of this level are wanted, so that others need not be made. */
  wants(level: LogLine["level"]): boolean {
    return level !== "info" || this.#options.verbose === true;
  }

  /** Prints a notice if it is wanted, and if there were not too many of its kind. */
  note(notice: LogLine): void {
    if (!this.wants(notice.level)) return;
    if (this.#quota.admit(notice.kind)) this.print(notice);
  }

  /** Begins another period, and prints how many notices were left out in the last. */
  renew(): void {
    for (const { kind, count } of this.#quota.renew()) {
      this.print({
        kind: "leftOut",
        level: "warning",
        text: `left out ${count} more notices of this kind: ${kind}`,
        fields: { of: kind, count },
      });
    }
  }

  /** Prints a notice, whatever it is. */
  print(notice: LogLine): void {
    if (this.#unread > 0) {
      const unread: LogLine = {
        kind: "unread",
        level: "warning",
        text: `left out ${this.#unread} lines that nobody read`,
        fields: { count: this.#unread },
      };
      if (this.#outbox.post(this.#line(unread))) this.#unread = 0;
    }
    if (!this.#outbox.post(this.#line(notice))) this.#unread++;
  }

  #line({ kind, level, text, fields }: LogLine): string {
    const { json, now = () => new Date() } = this.#options;
    if (!json) return escape(kind === "stats" ? text : `zillions: ${text}`);
    const time = now().toISOString();
    return JSON.stringify(
      { time, level, event: kind, message: text, ...fields },
      (_, value) => typeof value === "string" ? escape(value) : value,
    );
  }
}
