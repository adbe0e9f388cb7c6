/**
 * The sweep: rising rates, until a server no longer follows. It doubles the rate,
 * then closes in on the knee, the highest rate that the server followed. Its one
 * rule: a rate that the tester itself cannot offer says nothing about the server.
 *
 * @module
 */
import { load, type LoadSettings } from "./load.ts";
import type { RunResult, ServerResult } from "./result.ts";
import type { Target } from "../target/target.ts";
import { isLost, playRound, type Starting } from "./rounds.ts";

/** How often the gap around the knee is halved, by ratio: 19 % are left of 100. */
const HALVINGS = 2;

/** A server that follows loses no more than this share. */
const LOSS = 0.001;

/** And is late by no more than this share of the time, or this many seconds. */
const [LATE, LATE_SECONDS] = [0.05, 0.1] as const;

/** What is played: the load at one rate, for a time. */
export interface SweepSettings extends LoadSettings {
  /** Seconds at each rate. */
  duration: number;
}

/** Whether the server still followed. */
export function follows(run: RunResult, duration: number): boolean {
  return run.violations.length === 0 &&
    run.lost <= LOSS * run.expected &&
    run.seconds <= duration + Math.max(LATE * duration, LATE_SECONDS);
}

/** One server's way up. */
export class Climb {
  /** The highest rate that it followed. */
  knee: number | null = null;
  #next: number | undefined;
  /** The lowest rate that it did not follow. */
  #wall: number | undefined;
  #halvings = 0;

  constructor(first: number) {
    this.#next = first;
  }

  /** The rate to try, or `undefined` at the end. */
  get next(): number | undefined {
    return this.#next;
  }

  /** Takes what came of the rate that was tried. */
  take(run: RunResult, duration: number): void {
    const rate = this.#next!;
    const followed = follows(run, duration);
    if (followed) this.knee = rate;
    else this.#wall = rate;
    if (isLost(run) || !followed && run.generator.bottleneck) {
      this.#next = undefined;
    } else if (this.#wall === undefined) {
      this.#next = 2 * rate;
    } else if (this.knee === null) {
      this.#next = rate > 1 ? Math.floor(rate / 2) : undefined;
    } else {
      const middle = Math.round(Math.sqrt(this.knee * this.#wall));
      const done = this.#halvings++ === HALVINGS || middle === rate;
      this.#next = done ? undefined : middle;
    }
  }
}

/**
 * Sweeps each target, rate by rate in turn.
 *
 * @param found Where results go, as they come.
 */
export async function sweep(
  targets: Target[],
  found: ServerResult[],
  starting: Starting,
  settings: SweepSettings,
): Promise<void> {
  const { duration } = settings;
  const climbs = targets.map(() => new Climb(settings.rate));
  let runs = 0;
  while (climbs.some(({ next }) => next !== undefined)) {
    for (const [at, target] of targets.entries()) {
      const [climb, result] = [climbs[at]!, found[at]!];
      const rate = climb.next;
      if (rate === undefined) continue;
      if (starting.stop.aborted) return;
      const count = Math.max(1, Math.round(rate * duration));
      await playRound(target, result, starting, (server) => ({
        run: (watched) =>
          load(server, { ...settings, rate, count }, runs++, watched),
        close() {},
      }), 1);
      const run = result.runs.at(-1);
      if (!run || starting.stop.aborted) return;
      climb.take(run, duration);
      result.knee = climb.knee;
    }
  }
}
