/** What a simulation has tried: which event met which state of a window. */
import { EVENT_NAMES, type EventName } from "./schedules.ts";

/** In which state a node's window is. */
const STATES = ["empty", "in flight", "full", "unread after a cut"] as const;

/** How often each event met each state of a window. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  add(event: EventName, state: string): void {
    const key = `${event} | ${state}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** A line for each event, a column for each state. */
  get table(): string {
    const rows = EVENT_NAMES.map((event) =>
      [event, ...STATES.map((state) => this.#count(event, state))].join("\t")
    );
    return [["event", ...STATES].join("\t"), ...rows].join("\n");
  }

  /** What never met. */
  get missing(): string[] {
    return EVENT_NAMES.flatMap((event) =>
      STATES.filter((state) => this.#count(event, state) === 0)
        .map((state) => `${event} | ${state}`)
    );
  }

  #count(event: string, state: string): number {
    return this.#counts.get(`${event} | ${state}`) ?? 0;
  }
}
