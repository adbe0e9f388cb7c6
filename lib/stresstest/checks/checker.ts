/**
 * The checker: compares every byte that the clients of a load receive with what was
 * sent. Receivers call it with each run of frames. It allocates once per read and
 * never per message, so that one core checks millions of deliveries a second.
 *
 * @module
 */
import { HEADER } from "@zillions/server/frame";
import { type Bodies, MIN_BODY } from "./bodies.ts";
import { clientName, type Ledger } from "./ledger.ts";
import type { LatencyHistogram } from "./latency_histogram.ts";
import type { Violations } from "./violations.ts";

/** Options of a {@linkcode Checker}. */
export interface CheckerOptions {
  /** How many messages the run has; numbers from here on are pings. */
  messages: number;
  bodies: Bodies;
  /** Bodies of earlier runs: the server may still send their last messages. */
  earlier: Bodies[];
  ledger: Ledger;
  latency: LatencyHistogram;
  violations: Violations;
  /** Microseconds from one intended send to the next. */
  interval: number;
  /** How many clients stay for the whole run; clients from this number on come and go. */
  steady: number;
  /** Called with each ping that a client receives; returns whether it was sent. */
  onPing: (client: number, ping: number) => boolean;
}

/** Checks and counts deliveries. */
export class Checker {
  /** Deliveries to clients that stay for the whole run. */
  deliveries = 0;
  /** Runs of frames checked. */
  runs = 0;
  readonly #options: CheckerOptions;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  /**
   * Checks whole frames that `client` received.
   *
   * @param now Microseconds since the first intended send.
   */
  check(client: number, bytes: Uint8Array<ArrayBuffer>, now: number): void {
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
        if (ledger.record(client, message) && counted) {
          this.deliveries++;
          latency.record(now - message * interval);
        }
      } else {
        this.#checkOther(client, view, body, length);
      }
    }
  }

  /** Checks what is no message of this run: a ping, a late message of an earlier run, or damage. */
  #checkOther(
    client: number,
    view: DataView,
    body: number,
    length: number,
  ): void {
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
      () => `${clientName(client)} received ${unknownMessage(bytes)}`,
    );
  }
}

/** How many bytes of an unknown message are shown. */
const SHOWN = 16;

/** Describes a message that nobody sent, as it stands in a violation. */
export function unknownMessage(bytes: Uint8Array): string {
  const hex = bytes.subarray(0, SHOWN).toHex().replace(/..(?=.)/g, "$& ");
  const rest = bytes.length > SHOWN ? " …" : "";
  return `a message nobody sent: ${bytes.length} bytes${
    bytes.length > 0 ? `, ${hex}${rest}` : ""
  }`;
}
