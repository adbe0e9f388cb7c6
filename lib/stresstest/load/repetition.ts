/**
 * One repetition of reference mode: subscribers make themselves known, then
 * publishers send. The reference session plays one after another. Its one rule:
 * a publisher's next message is sent when each of its own subscribers has the
 * last one or has given it up.
 *
 * @module
 */
import { bodies, encode } from "@zillions/server/frame";
import { show } from "../checks/checker.ts";
import { Effort } from "./tester_load.ts";
import { clientName, Ledger } from "../checks/ledger.ts";
import {
  ID,
  idBody,
  idOf,
  recognize,
  referenceBody,
} from "../checks/reference_bodies.ts";
import type { RunResult } from "./result.ts";
import { Tally } from "../checks/latency_histogram.ts";
import type { Socket } from "../target/target.ts";
import type { Trial } from "./test_run.ts";

/** What is played. */
export interface ReferenceSettings {
  publishers: number;
  /** For each publisher. */
  subscribers: number;
  /** Of each publisher. */
  messages: number;
  /** Milliseconds between two ticks of the clock. */
  tick: number;
  /** Milliseconds without a delivery after which the server hangs. */
  timeout: number;
  /** The share of deliveries that may be lost, 0 to 1. */
  maxLost: number;
}

/** A message is given up when so many ticks were waited through. */
const TICKS = 3;

/**
 * Shorter messages may be alike by chance, so they say nothing about the order:
 * the id and eight bytes.
 */
const ORDERED = 16;

/** A message that somebody waits for. */
interface Wait {
  /** How many subscribers have neither got it nor given it up. */
  left: number;
  ticks: number;
  readonly done: () => void;
}

/** Plays one repetition. */
export class Repetition {
  /** Messages that publishers' own subscribers received. */
  received = 0;
  readonly #trial: Trial;
  readonly #settings: ReferenceSettings;
  readonly #ledger: Ledger;
  readonly #latency = new Tally();
  readonly #effort = new Effort();
  readonly #begun = performance.now();
  /** Subscribers' ids begin here, publishers' after them. */
  readonly #firstId: number;
  readonly #firstPublisher: number;
  readonly #waits = new Set<Wait>();
  /** By subscriber: what waits for its id to come back. */
  readonly #hellos = new Map<number, Wait>();
  /** By publisher: what waits for its last message. */
  readonly #acks: (Wait | undefined)[] = [];
  /** By publisher: how many messages it has sent, and when the last. */
  readonly #sent: number[];
  readonly #sentAt: number[];
  /** Subscribers whose id has come back in time; the others do not count. */
  readonly #known: boolean[];

  constructor(trial: Trial, settings: ReferenceSettings, firstId: number) {
    const { publishers, subscribers, messages } = settings;
    this.#trial = trial;
    this.#settings = settings;
    this.#firstId = firstId;
    this.#firstPublisher = firstId + publishers * subscribers;
    this.#sent = Array(publishers).fill(0);
    this.#sentAt = Array(publishers).fill(0);
    this.#known = Array(publishers * subscribers).fill(false);
    this.#ledger = new Ledger(
      publishers * messages,
      publishers,
      publishers * subscribers,
      trial.violations,
    );
  }

  /** Messages sent by all publishers. */
  get sent(): number {
    return this.#sent.reduce((sum, sent) => sum + sent, 0);
  }

  /** One tick of the clock: whoever has waited through enough gives up. */
  tick(): void {
    for (const wait of this.#waits) if (++wait.ticks === TICKS) wait.done();
  }

  /** Subscribers connect, and wait until their own id comes back. */
  async subscribe(): Promise<void> {
    const { publishers, subscribers } = this.#settings;
    await Promise.all(
      Array.from({ length: publishers }, async (_, publisher) => {
        for (let n = 0; n < subscribers; n++) {
          await this.#hello(publisher * subscribers + n);
        }
      }),
    );
  }

  /** Publishers send, each message when the one before is received or given up. */
  async publish(): Promise<void> {
    const sockets = await this.#trial.connect(this.#settings.publishers);
    if (this.#trial.over.aborted) return;
    await Promise.all(
      sockets.map((socket, publisher) => this.#run(socket, publisher)),
    );
  }

  /** What it came to. The time is that of all of it, as in the reference. */
  result(server: RunResult["server"]): RunResult {
    const { subscribers, maxLost } = this.#settings;
    const seconds = (performance.now() - this.#begun) / 1000;
    const expected = this.sent * subscribers;
    const lost = expected - this.received;
    const { violations } = this.#trial;
    this.#ledger.close(this.#sent);
    if (lost > maxLost * expected) {
      violations.add(
        "conservation",
        () =>
          `${lost} of ${expected} deliveries are missing, and the most that may be lost is ${
            maxLost * 100
          } %`,
      );
    }
    return {
      offeredRate: null,
      seconds,
      sent: this.sent,
      expected,
      received: this.received,
      lost,
      deliveriesPerSecond: this.received / seconds,
      latency: this.#latency.summary(),
      generator: {
        // Nothing is due at a time of its own: publishers wait for subscribers.
        slipP99Microseconds: 0,
        slipMaxMicroseconds: 0,
        cpuSeconds: this.#effort.cpuSeconds,
        bottleneck: false,
      },
      server,
      violations: violations.list(),
    };
  }

  async #hello(subscriber: number): Promise<void> {
    const trial = this.#trial;
    const [socket] = await trial.connect(1);
    if (!socket || trial.stopped) return;
    trial.receive(socket, clientName(subscriber), (bytes) => {
      trial.delivered();
      for (const body of bodies(bytes)) this.#take(subscriber, body);
    });
    await this.#wait(1, async (wait) => {
      this.#hellos.set(subscriber, wait);
      trial.sent();
      await trial.write(socket, encode(idBody(this.#firstId + subscriber)));
    });
    this.#hellos.delete(subscriber);
  }

  async #run(socket: Socket, publisher: number): Promise<void> {
    const { messages, subscribers } = this.#settings;
    const own = this.#known.slice(
      publisher * subscribers,
      (publisher + 1) * subscribers,
    ).filter(Boolean).length;
    const id = this.#firstPublisher + publisher;
    for (let n = 0; n < messages && !this.#trial.stopped; n++) {
      const frame = encode(referenceBody(id, n));
      await this.#wait(own, async (wait) => {
        this.#acks[publisher] = wait;
        this.#sent[publisher]!++;
        this.#sentAt[publisher] = performance.now();
        this.#trial.sent();
        await this.#trial.write(socket, frame);
      });
    }
  }

  /** Does `send`, then waits until `left` have what was sent, or give it up. */
  async #wait(
    left: number,
    send: (wait: Wait) => Promise<void>,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wait: Wait = { left, ticks: 0, done: resolve };
    const { over } = this.#trial;
    over.addEventListener("abort", wait.done);
    this.#waits.add(wait);
    await Promise.all([send(wait), left > 0 ? promise : undefined]);
    this.#waits.delete(wait);
    over.removeEventListener("abort", wait.done);
  }

  #take(client: number, body: Uint8Array<ArrayBuffer>): void {
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    const id = idOf(view);
    const publisher = id - this.#firstPublisher;
    if (publisher >= 0 && publisher < this.#settings.publishers) {
      const next = this.#ledger.next(client, publisher);
      const n = recognize(view, id, next, this.#sent[publisher]!);
      if (n !== undefined) {
        return this.#deliver(client, publisher, n, body.length);
      }
    } else if (id >= 0 && id < this.#firstId) {
      return; // the clock, or what is left of an earlier repetition
    } else if (id >= 0 && publisher < 0 && body.length === ID) {
      if (id - this.#firstId === client) this.#back(client);
      return;
    }
    this.#trial.violations.add(
      "damaged",
      () =>
        `${clientName(client)} received a message nobody sent: ${show(body)}`,
    );
  }

  /** The id of a subscriber is back. */
  #back(subscriber: number): void {
    const hello = this.#hellos.get(subscriber);
    if (!hello) return; // too late
    this.#known[subscriber] = true;
    hello.done();
  }

  #deliver(
    client: number,
    publisher: number,
    n: number,
    length: number,
  ): void {
    const { publishers, subscribers } = this.#settings;
    const message = n * publishers + publisher;
    const first = this.#ledger.enter(client, message, length >= ORDERED);
    if (!first || !this.#known[client]) return;
    if (Math.floor(client / subscribers) !== publisher) return;
    this.received++;
    if (n !== this.#sent[publisher]! - 1) return;
    this.#latency.record((performance.now() - this.#sentAt[publisher]!) * 1000);
    const wait = this.#acks[publisher];
    if (wait && --wait.left === 0) wait.done();
  }
}
