/**
 * The senders of a load, which send its messages at their times. The clients of a run
 * have one. It measures how late they were, and how busy the tester was meanwhile.
 *
 * @module
 */
import type { Bodies } from "../checks/bodies.ts";
import { LatencyHistogram } from "../checks/latency_histogram.ts";
import type { Socket } from "../target/connect.ts";
import { pace } from "./pace.ts";
import { Sender } from "./sender.ts";
import { TesterLoad } from "./tester_load.ts";
import type { TestRun } from "./test_run.ts";

/** Options of {@linkcode Senders}. */
export interface SendersOptions {
  bodies: Bodies;
  /** Messages in all. */
  count: number;
  /** Microseconds from one intended send to the next. */
  interval: number;
  /** A number that changes when the tester had something else to do. */
  work: () => number;
}

/** Sends a load. */
export class Senders {
  /** CPU time of the tester while it sent. */
  cpuSeconds = 0;
  /** The share of that time in which the tester was busy. */
  busy = 0;
  /** The share of that time in which it waited for a processor. */
  waited: number | null = null;
  /** How much later than intended messages were sent. */
  readonly delay = new LatencyHistogram();
  readonly #testRun: TestRun;
  readonly #options: SendersOptions;
  #senders: Sender[] = [];
  #start = 0;

  constructor(testRun: TestRun, options: SendersOptions) {
    this.#testRun = testRun;
    this.#options = options;
  }

  /** Messages sent. */
  get sent(): number {
    return this.#senders.reduce((sum, { sent }) => sum + sent, 0);
  }

  /** Whether a socket has not yet accepted all messages that are due. */
  get behind(): boolean {
    return this.#senders.some(({ behind }) => behind);
  }

  /** Messages that a sender has sent; a run that ended early may have no senders yet. */
  sentBy(sender: number): number {
    return this.#senders[sender]?.sent ?? 0;
  }

  /** Microseconds since the first message was due. */
  now(): number {
    return (performance.now() - this.#start) * 1000;
  }

  /** Makes each socket a sender. */
  add(sockets: readonly Socket[]): void {
    const { bodies, interval } = this.#options;
    const options = {
      testRun: this.#testRun,
      bodies,
      senders: sockets.length,
      interval,
      now: () => this.now(),
      sendDelay: this.delay,
    };
    this.#senders = sockets.map((socket, number) =>
      new Sender(socket, number, options)
    );
  }

  /** Sends the load. */
  async send(): Promise<void> {
    const { count, interval, work } = this.#options;
    const senders = this.#senders.length;
    const testerLoad = new TesterLoad();
    this.#start = performance.now();
    let dueBefore = 0;
    const idle = await pace({
      count,
      interval,
      now: () => this.now(),
      stopped: () => this.#testRun.stopped,
      work,
      onDue: (due) => {
        // Each sender once, however many of its messages have become due.
        for (let m = Math.max(dueBefore, due - senders); m < due; m++) {
          this.#senders[m % senders]!.send(due);
        }
        dueBefore = due;
      },
    });
    this.cpuSeconds = testerLoad.cpuSeconds;
    const elapsed = this.now();
    this.busy = testerLoad.busy(idle, elapsed);
    this.waited = testerLoad.waited(elapsed);
  }
}
