/**
 * The ledger: which client received which message. Both modes record each delivery
 * here. For every client, the messages received and the messages lost together are
 * the messages sent.
 *
 * @module
 */
import { Order } from "./order.ts";
import type { Violations } from "./violations.ts";

/** How many recent gaps of a client are kept, to tell a late message from a repeated one. */
const GAPS = 1024;

const NO_GAPS = { ring: new Int32Array(0), at: 0 };

/** The deliveries of one run. Messages are numbered `sequence * senders + sender`. */
export class Ledger {
  /** How many messages each client received; repeated ones do not count. */
  readonly received: Float64Array<ArrayBuffer>;
  readonly #senders: number;
  readonly #violations: Violations;
  readonly #order: Order;
  /** The last message of each sender that each client received. */
  readonly #last: Int32Array<ArrayBuffer>;
  /** The last message that each client received; -1 before the first. */
  readonly #previous: Int32Array<ArrayBuffer>;
  /** By client: ranges of messages that it has not received, as pairs of bounds. */
  readonly #gaps = new Map<number, { ring: Int32Array; at: number }>();
  /** The value in `#last` for a client that did not see the start of the run. */
  readonly #unknown: number;

  constructor(
    messages: number,
    senders: number,
    clients: number,
    violations: Violations,
  ) {
    this.#senders = senders;
    this.#violations = violations;
    this.#unknown = -2 * senders;
    this.#order = new Order(messages, senders);
    this.received = new Float64Array(clients);
    this.#previous = new Int32Array(clients).fill(-1);
    this.#last = new Int32Array(clients * senders);
    for (let at = 0; at < this.#last.length; at++) {
      this.#last[at] = at % senders - senders;
    }
  }

  /** Resets a client that connects in the middle of a run. */
  join(client: number): void {
    const row = client * this.#senders;
    this.#last.fill(this.#unknown, row, row + this.#senders);
    this.#previous[client] = -1;
    this.#gaps.delete(client);
  }

  /**
   * Records that `client` received `message`.
   *
   * @param ordered Whether the body identifies the message well enough for the check
   * of the order.
   * @returns Whether `client` received it for the first time.
   */
  record(client: number, message: number, ordered = true): boolean {
    const sender = message % this.#senders;
    const slot = client * this.#senders + sender;
    const last = this.#last[slot]!;
    if (message !== last + this.#senders) {
      if (message <= last) return this.#recordOlder(client, message, last);
      if (last !== this.#unknown) {
        this.#addGap(client, last + this.#senders, message);
      }
    }
    this.#last[slot] = message;
    this.received[client]!++;
    if (ordered) {
      const previous = this.#previous[client]!;
      if (previous >= 0) this.#order.add(client, previous, message);
      this.#previous[client] = message;
    }
    return true;
  }

  /** The sequence of the message of `sender` that `client` should receive next. */
  next(client: number, sender: number): number {
    const last = this.#last[client * this.#senders + sender]!;
    return (last - sender) / this.#senders + 1;
  }

  /**
   * The last message of `sender` that `client` received since it connected, as that
   * sender counts them from 0; negative if none.
   */
  lastOf(client: number, sender: number): number {
    return Math.floor(
      this.#last[client * this.#senders + sender]! / this.#senders,
    );
  }

  /**
   * Runs the checks that need the whole run: no client received a message that was
   * never sent, and there is one order of all messages.
   *
   * @param sent How many messages each sender sent.
   */
  checkAll(sent: ArrayLike<number>): void {
    this.#last.forEach((last, slot) => {
      const sender = slot % this.#senders;
      const end = sender + sent[sender]! * this.#senders;
      if (last < end) return;
      const client = Math.floor(slot / this.#senders);
      this.#violations.add(
        "conservation",
        () =>
          `${clientName(client)} received ${
            this.name(last)
          }, which was never sent`,
      );
    });
    const cycle = this.#order.cycle();
    if (!cycle) return;
    this.#violations.add(
      "one order",
      () =>
        cycle.map(({ before, after, client }) =>
          client === undefined
            ? `${this.name(before)} was sent before ${this.name(after)}`
            : `${clientName(client)} received ${this.name(before)} before ${
              this.name(after)
            }`
        ).join("; "),
    );
  }

  /** Deliveries whose order was not checked, because the memory for it was full. */
  get unchecked(): number {
    return this.#order.unchecked;
  }

  /** The name of a message in a violation. */
  name(message: number): string {
    const sender = message % this.#senders;
    return `message ${(message - sender) / this.#senders + 1} of sender ${
      sender + 1
    }`;
  }

  #addGap(client: number, from: number, to: number): void {
    let gaps = this.#gaps.get(client);
    if (!gaps) {
      gaps = { ring: new Int32Array(2 * GAPS), at: 0 };
      this.#gaps.set(client, gaps);
    }
    gaps.ring[gaps.at] = from;
    gaps.ring[gaps.at + 1] = to;
    gaps.at = (gaps.at + 2) % gaps.ring.length;
  }

  /** Records a message that is not newer than the newest of its sender. */
  #recordOlder(client: number, message: number, last: number): boolean {
    const { ring, at: end } = this.#gaps.get(client) ?? NO_GAPS;
    // A late message most often belongs to the latest gap.
    for (let back = 2; back <= ring.length; back += 2) {
      const at = (end - back + ring.length) % ring.length;
      const from = ring[at]!;
      const to = ring[at + 1]!;
      if (message < from || message >= to) continue;
      if ((message - from) % this.#senders !== 0) continue;
      ring[at] = message + this.#senders;
      if (message > from) this.#addGap(client, from, message);
      this.received[client]!++;
      this.#violations.add(
        "sender order",
        () =>
          `${clientName(client)} received ${this.name(message)} after ${
            this.name(last)
          }`,
      );
      return true;
    }
    this.#violations.add(
      "repeated",
      () =>
        `${clientName(client)} received ${this.name(message)} again, after ${
          this.name(last)
        }`,
    );
    return false;
  }
}

/** The name of a client in a violation. */
export function clientName(client: number): string {
  return `client ${client + 1}`;
}
