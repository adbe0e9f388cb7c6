/**
 * The search for the knee: the highest rate with which a server keeps up. It doubles
 * the rate, then halves the gap between the knee and the lowest rate that was too
 * high. The sweep makes one for each server. It stops where the tester was the
 * bottleneck, because such a run says nothing about the server.
 *
 * @module
 */
import { hasServerFailed, type RunResult } from "./result.ts";

/** How often the gap above the knee is halved, by ratio: from 100 % to 19 %. */
const MAX_HALVINGS = 2;

/** A server that keeps up loses at most this share of the deliveries. */
const MAX_LOSS = 0.001;

/** It is late by at most this share of the time, or this many seconds. */
const [MAX_DELAY_SHARE, MAX_DELAY_SECONDS] = [0.05, 0.1] as const;

/** Whether the server kept up with a load of `duration` seconds. */
export function keptUp(run: RunResult, duration: number): boolean {
  const maxDelay = Math.max(MAX_DELAY_SHARE * duration, MAX_DELAY_SECONDS);
  return run.violations.length === 0 &&
    run.lost <= MAX_LOSS * run.expected &&
    run.seconds <= duration + maxDelay;
}

/** The search for the knee of one server. */
export class KneeSearch {
  /** The highest rate with which the server kept up. */
  knee: number | null = null;
  /** The lowest rate with which it did not. */
  #tooHigh: number | undefined;
  #next: number | undefined;
  #halvings = 0;

  /** @param first The first rate to try, messages per second. */
  constructor(first: number) {
    this.#next = first;
  }

  /** The rate to try next; `undefined` when the search is over. */
  get next(): number | undefined {
    return this.#next;
  }

  /** Takes the run at the rate that was tried. */
  add(run: RunResult, duration: number): void {
    const rate = this.#next!;
    const kept = keptUp(run, duration);
    if (kept) this.knee = rate;
    else this.#tooHigh = rate;
    if (hasServerFailed(run) || !kept && run.tester.bottleneck) {
      this.#next = undefined;
    } else if (this.#tooHigh === undefined) {
      this.#next = 2 * rate;
    } else if (this.knee === null) {
      this.#next = rate > 1 ? Math.floor(rate / 2) : undefined;
    } else {
      const middle = Math.round(Math.sqrt(this.knee * this.#tooHigh));
      const done = this.#halvings++ === MAX_HALVINGS || middle === rate;
      this.#next = done ? undefined : middle;
    }
  }
}
