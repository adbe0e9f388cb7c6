/**
 * A client that sends its share of a load. The load makes one for each publisher
 * and talker. Its one rule: what is due is sent at the next chance, all of it at
 * once, and a socket that takes nothing delays nobody else.
 *
 * @module
 */
import { HEADER, MAX_BODY } from "@zillions/server/frame";
import type { Bodies } from "../checks/bodies.ts";
import type { Tally } from "../checks/latency_histogram.ts";
import type { Socket } from "../target/target.ts";
import type { Trial } from "./test_run.ts";

/** Bytes of the first write buffer, and of the largest. */
const [SMALL, LARGE] = [1024, 64 * 1024] as const;

/** What the senders of a run share. */
export interface SenderOptions {
  trial: Trial;
  bodies: Bodies;
  /** How many senders there are: each takes its turn. */
  senders: number;
  /** Microseconds from one intended send to the next. */
  interval: number;
  /** Microseconds since the first intended send. */
  now: () => number;
  /** How late messages are that the socket would have taken in time. */
  slip: Tally;
}

/** Sends every `senders`-th message. */
export class Sender {
  /** Messages sent. */
  sent = 0;
  readonly #socket: Socket;
  readonly #options: SenderOptions;
  /** The next message. */
  #next: number;
  /** Messages below this are due. */
  #due = 0;
  #busy = false;
  #freeSince = 0;
  #buffer = new Uint8Array(SMALL);

  constructor(socket: Socket, number: number, options: SenderOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#next = number;
  }

  /** Whether something is due that the socket has not taken yet. */
  get behind(): boolean {
    return this.#busy;
  }

  /** Sends this sender's messages below `due`. */
  send(due: number): void {
    this.#due = due;
    if (!this.#busy && this.#next < due) this.#write();
  }

  async #write(): Promise<void> {
    const { trial, now } = this.#options;
    this.#busy = true;
    while (this.#next < this.#due && !trial.stopped) {
      const bytes = this.#encode();
      trial.sent();
      if (!await trial.write(this.#socket, bytes)) return;
      this.#freeSince = now();
    }
    this.#busy = false;
  }

  /** As many of the messages that are due as the buffer takes. */
  #encode(): Uint8Array {
    const { bodies, senders, interval, now, slip } = this.#options;
    const many =
      (this.#due - this.#next) / senders > this.#buffer.length / MAX_BODY;
    if (many && this.#buffer.length < LARGE) {
      this.#buffer = new Uint8Array(LARGE);
    }
    const buffer = this.#buffer;
    const view = new DataView(buffer.buffer);
    const time = now();
    let end = 0;
    while (
      this.#next < this.#due && end + HEADER + MAX_BODY <= buffer.length
    ) {
      const size = bodies.size(this.#next);
      buffer[end] = size;
      bodies.write(view, end + HEADER, this.#next);
      end += HEADER + size;
      slip.record(time - Math.max(this.#next * interval, this.#freeSince));
      this.#next += senders;
      this.sent++;
    }
    return buffer.subarray(0, end);
  }
}
