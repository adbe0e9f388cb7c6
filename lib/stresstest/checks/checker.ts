/**
 * The checker: every byte that the clients of a load receive goes through here.
 * Receivers call it with each run of frames. Its one rule: nothing is allocated
 * for a message, only for a read, so that one core checks millions a second.
 *
 * @module
 */
import { HEADER } from "@zillions/server/frame";
import { type Bodies, MIN_BODY } from "./bodies.ts";
import { clientName, type Ledger } from "./ledger.ts";
import type { Tally } from "./latency_histogram.ts";
import type { Violations } from "./violations.ts";

/** What the checker needs to know of a run. */
export interface CheckerOptions {
  /** How many messages there are; numbers from here on are pings. */
  messages: number;
  bodies: Bodies;
  /** Bodies of the runs before, whose last messages a server may still send. */
  earlier: Bodies[];
  ledger: Ledger;
  latency: Tally;
  violations: Violations;
  /** Microseconds from one intended send to the next. */
  interval: number;
  /** How many clients are there from the beginning; the rest come and go. */
  steady: number;
  /** Told of each ping that a client receives; whether it is one that was sent. */
  onPing: (client: number, ping: number) => boolean;
}

/** Checks and counts what clients receive. */
export class Checker {
  /** Deliveries to steady clients. */
  deliveries = 0;
  /** Runs of frames taken. */
  runs = 0;
  readonly #options: CheckerOptions;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  /**
   * Takes whole frames.
   *
   * @param now Microseconds since the first intended send.
   */
  take(client: number, bytes: Uint8Array<ArrayBuffer>, now: number): void {
    const { messages, bodies, ledger, latency, interval, steady } =
      this.#options;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const counted = client < steady;
    this.runs++;
    let at = 0;
    while (at < bytes.length) {
      const length = bytes[at]!;
      const body = at + HEADER;
      at = body + length;
      const message = length < MIN_BODY ? messages : view.getUint32(body, true);
      if (message < messages && bodies.matches(view, body, length, message)) {
        if (ledger.enter(client, message) && counted) {
          this.deliveries++;
          latency.record(now - message * interval);
        }
      } else {
        this.#other(client, view, body, length);
      }
    }
  }

  /** A ping, what is left of an earlier run, or damage. */
  #other(client: number, view: DataView, body: number, length: number): void {
    const { messages, bodies, earlier, onPing, violations } = this.#options;
    const message = length < MIN_BODY ? 0 : view.getUint32(body, true);
    const known = length >= MIN_BODY &&
      (message >= messages &&
          bodies.matches(view, body, length, message) &&
          onPing(client, message - messages) ||
        earlier.some((run) => run.matches(view, body, length, message)));
    if (known) return;
    const bytes = new Uint8Array(view.buffer, view.byteOffset + body, length);
    violations.add(
      "damaged",
      () =>
        `${clientName(client)} received a message nobody sent: ${show(bytes)}`,
    );
  }
}

/** How many bytes of a message are shown. */
const SHOWN = 16;

/** Bytes, as people read them. */
export function show(bytes: Uint8Array): string {
  const hex = bytes.subarray(0, SHOWN).toHex().replace(/..(?=.)/g, "$& ");
  const rest = bytes.length > SHOWN ? " …" : "";
  return `${bytes.length} bytes${bytes.length > 0 ? `, ${hex}${rest}` : ""}`;
}
