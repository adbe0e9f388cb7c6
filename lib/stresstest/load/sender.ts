/**
 * A client that sends its share of a load: one for each publisher and participant.
 * All messages that are due are sent at once as soon as the socket accepts them. A
 * socket that accepts nothing delays no other sender.
 *
 * @module
 */
import { HEADER, MAX_BODY } from "@zillions/server/frame";
import type { Bodies } from "../checks/bodies.ts";
import type { LatencyHistogram } from "../checks/latency_histogram.ts";
import type { Socket } from "../target/connect.ts";
import type { TestRun } from "./test_run.ts";

/** Bytes of the first write buffer, and of the largest. */
const [SMALL_BUFFER, LARGE_BUFFER] = [1024, 64 * 1024] as const;

/** Options that all senders of a run share. */
export interface SenderOptions {
  testRun: TestRun;
  bodies: Bodies;
  /** How many senders there are; they send in turn. */
  senders: number;
  /** Microseconds from one intended send to the next. */
  interval: number;
  /** Microseconds since the first intended send. */
  now: () => number;
  /** How late messages were sent, though the socket would have accepted them in time. */
  sendDelay: LatencyHistogram;
}

/** Sends every `senders`-th message. */
export class Sender {
  /** Messages sent. */
  sent = 0;
  readonly #socket: Socket;
  readonly #options: SenderOptions;
  /** The number of the next message to send. */
  #next: number;
  /** Messages below this are due. */
  #due = 0;
  #busy = false;
  /** Whether its connection has ended. */
  #ended = false;
  #freeSince = 0;
  #buffer = new Uint8Array(SMALL_BUFFER);

  constructor(socket: Socket, number: number, options: SenderOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#next = number;
  }

  /** Whether the socket has not yet accepted all messages that are due. */
  get behind(): boolean {
    return this.#busy;
  }

  /** Sends this sender's messages below `due`. */
  send(due: number): void {
    this.#due = due;
    if (!this.#busy && !this.#ended && this.#next < due) this.#write();
  }

  async #write(): Promise<void> {
    const { testRun, now } = this.#options;
    this.#busy = true;
    while (this.#next < this.#due && !testRun.stopped && !this.#ended) {
      const bytes = this.#encode();
      testRun.noteSent();
      this.#ended = !await testRun.connections.write(this.#socket, bytes);
      this.#freeSince = now();
    }
    this.#busy = false;
  }

  /** The messages that are due, as many as fit into the buffer. */
  #encode(): Uint8Array {
    const { bodies, senders, interval, now, sendDelay } = this.#options;
    const many =
      (this.#due - this.#next) / senders > this.#buffer.length / MAX_BODY;
    if (many && this.#buffer.length < LARGE_BUFFER) {
      this.#buffer = new Uint8Array(LARGE_BUFFER);
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
      sendDelay.record(time - Math.max(this.#next * interval, this.#freeSince));
      this.#next += senders;
      this.sent++;
    }
    return buffer.subarray(0, end);
  }
}
