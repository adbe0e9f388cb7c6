/**
 * The search for the knee: the highest rate with which a server keeps up. It doubles
 * the rate, then halves the gap between the knee and the lowest rate that was too
 * high. The sweep makes one for each server. It says what ended it, because a rate at
 * which the tester was the bottleneck says nothing about the server.
 *
 * @module
 */
import { MAX_MESSAGES } from "./load.ts";
import { hasServerFailed, type KneeEnd, type RunResult } from "./result.ts";

/** How often the gap above the knee is halved, by ratio: from 100 % to 19 %. */
const MAX_HALVINGS = 2;

/** A server that keeps up loses at most this share of the deliveries. */
const MAX_LOSS = 0.001;

/** It is late by at most this share of the time, or this many seconds. */
const [MAX_DELAY_SHARE, MAX_DELAY_SECONDS] = [0.05, 0.1] as const;

/** Why the server did not keep up with a load of `duration` seconds, after "it"; or `undefined`. */
export function whyBehind(
  run: RunResult,
  duration: number,
): string | undefined {
  const { violations, lost, expected } = run;
  const maxDelay = Math.max(MAX_DELAY_SHARE * duration, MAX_DELAY_SECONDS);
  if (violations.length > 0) {
    return `failed: ${violations.map(({ verdict }) => verdict)[0]}`;
  }
  if (lost > MAX_LOSS * expected) {
    const percent = 100 * lost / expected;
    return `lost ${percent.toPrecision(2)} % of the deliveries`;
  }
  if (run.seconds <= duration + maxDelay) return undefined;
  return `was late by ${(run.seconds - duration).toPrecision(2)} s`;
}

/** The search for the knee of one server. */
export class KneeSearch {
  /** The highest rate with which the server kept up. */
  knee: number | null = null;
  readonly #duration: number;
  /** The lowest rate above the knee that was tried, and what happened. */
  #above: KneeEnd | undefined;
  #next: number | undefined;
  #halvings = 0;

  /**
   * @param first The first rate to try, messages per second.
   * @param duration Seconds at each rate.
   */
  constructor(first: number, duration: number) {
    this.#next = first;
    this.#duration = duration;
  }

  /** The rate to try next; `undefined` when the search is over. */
  get next(): number | undefined {
    return this.#next;
  }

  /** What ended the search; before its end, an interruption. */
  get end(): KneeEnd {
    const { by, rate, reason } = this.#above ??
      { by: "limit", rate: null, reason: "" };
    const interrupted = this.#next !== undefined;
    return { by: interrupted ? "interruption" : by, rate, reason };
  }

  /** Takes the run at the rate that was tried. */
  add(run: RunResult): void {
    const rate = this.#next!;
    const reason = whyBehind(run, this.#duration);
    if (reason === undefined) this.knee = rate;
    else {
      const by = run.tester.bottleneck && run.violations.length === 0
        ? "tester"
        : "server";
      this.#above = { by, rate, reason };
    }
    this.#next = hasServerFailed(run) ? undefined : this.#rateAfter(rate);
  }

  #rateAfter(rate: number): number | undefined {
    if (!this.#above) {
      return 2 * rate * this.#duration > MAX_MESSAGES ? undefined : 2 * rate;
    }
    if (this.knee === null) return rate > 1 ? Math.floor(rate / 2) : undefined;
    const middle = Math.round(Math.sqrt(this.knee * this.#above.rate!));
    const done = this.#halvings++ === MAX_HALVINGS || middle === rate;
    return done ? undefined : middle;
  }
}
