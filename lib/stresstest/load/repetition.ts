/**
 * One repetition of reference mode: subscribers announce their ids, then publishers
 * send. A publisher sends its next message when each of its own subscribers has
 * received the last one or has given it up.
 *
 * @module
 */
import { bodies, encode } from "@zillions/server/frame";
import { unknownMessage } from "../checks/checker.ts";
import { LatencyHistogram } from "../checks/latency_histogram.ts";
import { clientName, Ledger } from "../checks/ledger.ts";
import {
  ID_BYTES,
  idBody,
  idOf,
  recognize,
  referenceBody,
} from "../checks/reference_bodies.ts";
import type { Socket } from "../target/connect.ts";
import { Acknowledgements, type Awaited } from "./acknowledgements.ts";
import type { RunResult } from "./result.ts";
import type { ReferenceSettings } from "./settings.ts";
import { messagesSent, type TestRun } from "./test_run.ts";
import { TesterLoad } from "./tester_load.ts";

/**
 * Shorter bodies may be equal by chance, so they say nothing about the order: the id
 * and eight bytes.
 */
const MIN_ORDERED_BODY = 16;

/** Plays one repetition. */
export class Repetition {
  /** Messages that publishers' own subscribers received. */
  received = 0;
  readonly #testRun: TestRun;
  readonly #settings: ReferenceSettings;
  readonly #ledger: Ledger;
  readonly #latency = new LatencyHistogram();
  readonly #testerLoad = new TesterLoad();
  readonly #acknowledgements: Acknowledgements;
  readonly #begun = performance.now();
  /** The first subscriber's id. */
  readonly #firstId: number;
  /** The first publisher's id, after those of all subscribers. */
  readonly #firstPublisher: number;
  /** By subscriber: the wait for its own id. */
  readonly #announcements = new Map<number, Awaited>();
  /** By publisher: the wait for its last message. */
  readonly #pending: (Awaited | undefined)[] = [];
  /** By publisher: how many messages it has sent. */
  readonly #sent: number[];
  /** By publisher: when it sent its last message. */
  readonly #sentAt: number[];
  /** By subscriber: whether it received its own id in time. Others do not count, if any did. */
  readonly #known: boolean[];
  /** By subscriber: messages of its own publisher that it received. */
  readonly #received: number[];
  /** The subscribers that were cut. */
  readonly #cut = new Set<number>();

  constructor(testRun: TestRun, settings: ReferenceSettings, firstId: number) {
    const { publishers, subscribers, messages } = settings;
    const clients = publishers * subscribers;
    this.#testRun = testRun;
    this.#settings = settings;
    this.#acknowledgements = new Acknowledgements(testRun.ended);
    this.#firstId = firstId;
    this.#firstPublisher = firstId + clients;
    this.#sent = Array(publishers).fill(0);
    this.#sentAt = Array(publishers).fill(0);
    this.#known = Array(clients).fill(false);
    this.#received = Array(clients).fill(0);
    this.#ledger = new Ledger(
      publishers * messages,
      publishers,
      clients,
      testRun.violations,
    );
  }

  /** Messages sent by all publishers. */
  get sent(): number {
    return this.#sent.reduce((sum, sent) => sum + sent, 0);
  }

  /** One tick of the clock. */
  tick(): void {
    this.#acknowledgements.tick();
  }

  /** Connects the subscribers, each of which waits until its own id comes back. */
  async subscribe(): Promise<void> {
    const { publishers, subscribers } = this.#settings;
    await Promise.all(
      Array.from({ length: publishers }, async (_, publisher) => {
        for (let n = 0; n < subscribers; n++) {
          await this.#announce(publisher * subscribers + n);
        }
      }),
    );
  }

  /** Sends all messages. */
  async publish(): Promise<void> {
    const { publishers, messages } = this.#settings;
    const sockets = await this.#testRun.connections.open(publishers);
    this.#testRun.progress = () =>
      messagesSent(this.sent, publishers * messages);
    if (this.#testRun.stopped) return;
    await Promise.all(sockets.map((socket, publisher) => {
      const name = `sender ${publisher + 1}`;
      this.#testRun.connections.discard(socket, { name });
      return this.#send(socket, publisher);
    }));
  }

  /** The result. As in the reference, its time is that of the whole repetition. */
  result(server: RunResult["server"]): RunResult {
    const { publishers, subscribers, messages, maxLost } = this.#settings;
    const { violations, failed, interrupted, cuts } = this.#testRun;
    const { sent, received } = this;
    const seconds = (performance.now() - this.#begun) / 1000;
    let expected = sent * subscribers;
    for (const client of failed ? [] : this.#cut) {
      const publisher = Math.floor(client / subscribers);
      expected -= this.#sent[publisher]! - this.#received[client]!;
    }
    const lost = expected - received;
    this.#ledger.checkAll(this.#sent);
    // What a server that died or stalled did not deliver is no further violation.
    if (!failed && lost > maxLost * expected) {
      violations.add(
        "conservation",
        () =>
          `${lost} of ${expected} deliveries are missing, and at most ${
            maxLost * 100
          } % may be lost`,
      );
    }
    return {
      offeredRate: null,
      seconds,
      sent,
      expected,
      received,
      lost,
      deliveriesPerSecond: received / seconds,
      latency: this.#latency.summary(),
      tester: {
        // Messages have no intended time: publishers wait for subscribers.
        sendDelayP99Microseconds: 0,
        sendDelayMaxMicroseconds: 0,
        cpuSeconds: this.#testerLoad.cpuSeconds,
        busyShare: null,
        waitingBusyShare: null,
        waitedShare: this.#testerLoad.waited(seconds * 1e6),
        bottleneck: null,
      },
      server,
      cuts: cuts.clients > 0 ? cuts : null,
      unfinished: null,
      interrupted: interrupted && sent < publishers * messages,
      violations: violations.list(),
    };
  }

  async #announce(subscriber: number): Promise<void> {
    const testRun = this.#testRun;
    const { connections } = testRun;
    const [socket] = await connections.open(1);
    if (!socket || testRun.stopped) return;
    const peer = {
      name: clientName(subscriber),
      onCut: () => this.#giveUp(subscriber),
    };
    connections.receive(socket, peer, (bytes) => {
      for (const body of bodies(bytes)) this.#receive(subscriber, body);
    });
    await this.#acknowledgements.wait(1, async (awaited) => {
      this.#announcements.set(subscriber, awaited);
      testRun.noteSent();
      await connections.write(
        socket,
        encode(idBody(this.#firstId + subscriber)),
      );
    });
    this.#announcements.delete(subscriber);
  }

  async #send(socket: Socket, publisher: number): Promise<void> {
    const { messages, subscribers } = this.#settings;
    const first = publisher * subscribers;
    const end = first + subscribers;
    // If no id came back at all, every message is waited for all the same.
    if (!this.#known.slice(first, end).some(Boolean)) {
      this.#known.fill(true, first, end);
    }
    const { connections } = this.#testRun;
    const id = this.#firstPublisher + publisher;
    for (let n = 0; n < messages && !this.#testRun.stopped; n++) {
      const known = this.#known.slice(first, end).filter(Boolean).length;
      if (known === 0) return; // all were cut
      const frame = encode(referenceBody(id, n));
      let written = false;
      await this.#acknowledgements.wait(known, async (awaited) => {
        this.#pending[publisher] = awaited;
        this.#sent[publisher]!++;
        this.#sentAt[publisher] = performance.now();
        this.#testRun.noteSent();
        written = await connections.write(socket, frame);
        if (!written) awaited.done();
      });
      if (!written) return; // it was cut
    }
  }

  /** Waits no more for a subscriber that was cut. */
  #giveUp(client: number): void {
    this.#known[client] = false;
    this.#cut.add(client);
    this.#announcements.get(client)?.done();
    const publisher = Math.floor(client / this.#settings.subscribers);
    this.#pending[publisher]?.done();
  }

  #receive(client: number, body: Uint8Array<ArrayBuffer>): void {
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    const id = idOf(view);
    const publisher = id - this.#firstPublisher;
    if (publisher >= 0 && publisher < this.#settings.publishers) {
      const next = this.#ledger.next(client, publisher);
      const n = recognize(view, id, next, this.#sent[publisher]!);
      if (n !== undefined) {
        this.#testRun.noteDelivery();
        return this.#deliver(client, publisher, n, body.length);
      }
    } else if (id >= 0 && id < this.#firstId) {
      return; // the clock, or a late message of an earlier repetition
    } else if (id >= 0 && publisher < 0 && body.length === ID_BYTES) {
      // A tick of the clock is no progress, but an id is a client's message.
      this.#testRun.noteDelivery();
      if (id - this.#firstId === client) this.#receiveOwnId(client);
      return;
    }
    this.#testRun.violations.add(
      "damaged",
      () => `${clientName(client)} received ${unknownMessage(body)}`,
    );
  }

  #receiveOwnId(subscriber: number): void {
    const awaited = this.#announcements.get(subscriber);
    if (!awaited) return; // too late
    this.#known[subscriber] = true;
    awaited.done();
  }

  #deliver(
    client: number,
    publisher: number,
    n: number,
    length: number,
  ): void {
    const { publishers, subscribers } = this.#settings;
    const message = n * publishers + publisher;
    const ordered = length >= MIN_ORDERED_BODY;
    const first = this.#ledger.record(client, message, ordered);
    if (!first || !this.#known[client]) return;
    if (Math.floor(client / subscribers) !== publisher) return;
    this.received++;
    this.#received[client]!++;
    if (n !== this.#sent[publisher]! - 1) return;
    this.#latency.record((performance.now() - this.#sentAt[publisher]!) * 1000);
    const awaited = this.#pending[publisher];
    if (awaited && --awaited.left === 0) awaited.done();
  }
}
