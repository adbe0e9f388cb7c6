/**
 * The clients of a load: they connect, send, receive, and disconnect when nothing
 * more will arrive. Each run has its own. No message is due before the server serves
 * every receiver, so a message that a receiver does not get is lost.
 *
 * @module
 */
import { HEADER } from "@zillions/server/frame";
import { Bodies } from "../checks/bodies.ts";
import type { LatencyHistogram } from "../checks/latency_histogram.ts";
import { clientName, Ledger } from "../checks/ledger.ts";
import { comeAndGo } from "./churn.ts";
import { Pings } from "./pings.ts";
import { Receivers } from "./receivers.ts";
import { Senders } from "./senders.ts";
import type { Socket } from "../target/connect.ts";
import type { LoadSettings } from "./settings.ts";
import { messagesSent, type TestRun } from "./test_run.ts";
import { WaitLoad } from "./tester_load.ts";

/** Milliseconds without a delivery, and then a ping, that end the wait for more. */
const QUIET = 300;

/** Messages of a participant that others must have received to say that it receives none of its own. */
const MIN_ECHOES = 10;

/** Polls of all sockets, without a delivery, that end the wait as well: time alone may pass while the tester has no processor. */
const QUIET_POLLS = 50;

/** Milliseconds in which a stuck client is read to see whether it was cut. */
const STUCK_READ = 100;

/** Milliseconds between two checks whether everything has arrived. */
const CHECK_PERIOD = 2;

/** The clients of one run. */
export class LoadClients {
  /** The share of the time until the last delivery in which the tester was busy. */
  waitingBusy: number | null = null;
  /** Whether the wait for the last deliveries was given up. */
  gaveUp = false;
  /** How many clients receive from the start to the end of the run. */
  readonly steady: number;
  readonly senders: Senders;
  readonly #testRun: TestRun;
  readonly #settings: LoadSettings;
  readonly #ledger: Ledger;
  readonly #receivers: Receivers;
  readonly #pings: Pings;
  /** The steady clients that were cut. */
  readonly #cut = new Set<number>();
  #stuck: Socket[] = [];

  /** @param run The number of the run against this server, so that its bodies differ. */
  constructor(testRun: TestRun, settings: LoadSettings, run: number) {
    const { rate, count, publishers, subscribers, participants } = settings;
    const { sampled, churn, body } = settings;
    this.#testRun = testRun;
    this.#settings = settings;
    this.steady = subscribers + participants;
    const clients = this.steady + churn;
    const interval = 1e6 / rate;
    const bodies = new Bodies(run, body);
    this.#ledger = new Ledger(
      count,
      publishers + participants,
      clients,
      testRun.violations,
    );
    this.senders = new Senders(testRun, {
      bodies,
      count,
      interval,
      work: () => this.#receivers.runs,
    });
    this.#receivers = new Receivers(testRun, {
      messages: count,
      bodies,
      earlier: Array.from(
        { length: run },
        (_, earlier) => new Bodies(earlier, body),
      ),
      ledger: this.#ledger,
      interval,
      steady: this.steady,
      sampled: Math.min(sampled, this.steady),
      clients,
      bytesPerSecond: rate * (HEADER + (body.min + body.max) / 2),
      now: () => this.senders.now(),
      onPing: (client, ping) => this.#pings.received(client, ping),
      onCut: (client) => this.#cut.add(client),
    });
    this.#pings = new Pings(testRun, bodies, { first: count, clients });
  }

  /** Messages sent. */
  get sent(): number {
    return this.senders.sent;
  }

  /** Deliveries there will be if none is lost, without those that cut clients missed. */
  get expected(): number {
    const { sent, received } = this;
    let missed = 0;
    // A server that died has cut all of its clients, which excuses nothing.
    const excused = this.#testRun.failed ? [] : this.#cut;
    for (const client of excused) missed += sent - received[client]!;
    return sent * this.steady - missed;
  }

  /** Deliveries to steady clients. */
  get deliveries(): number {
    return this.#receivers.deliveries;
  }

  /** Messages that each steady client received. */
  get received(): Float64Array {
    return this.#ledger.received.subarray(0, this.steady);
  }

  /** From the intended send to the delivery. */
  get latency(): LatencyHistogram {
    return this.#receivers.latency;
  }

  /** Seconds from the first intended send to the last delivery; 0 if there was none. */
  get seconds(): number {
    return this.#receivers.lastDelivery / 1e6;
  }

  /** Deliveries whose order was not checked. */
  get uncheckedOrder(): number {
    return this.#ledger.unchecked;
  }

  /** Connects all clients and waits until the server serves every receiver. */
  async connect(): Promise<void> {
    const { publishers, participants, stuck, churn, timeout } = this.#settings;
    const { connections } = this.#testRun;
    await this.#pings.connect();
    const receiving = await connections.open(this.steady);
    const publishing = await connections.open(publishers);
    this.#stuck = await connections.open(stuck);
    if (this.#testRun.stopped) return;

    const clients = this.steady + churn;
    this.#receivers.start(receiving);
    publishing.forEach((socket, number) =>
      connections.discard(socket, { name: `sender ${number + 1}` })
    );
    const begun = performance.now();
    await this.#pings.reachAll(
      this.steady,
      () => this.#testRun.stopped,
      (client) => this.#failIfLate(client, begun + timeout, "connecting"),
    );
    // No message is sent to a server whose connections all end because it died.
    await connections.judged();
    this.senders.add([...publishing, ...receiving.slice(0, participants)]);
    for (let client = this.steady; client < clients; client++) {
      this.#testRun.track(
        comeAndGo(client, this.#testRun, this.#ledger, this.#receivers),
      );
    }
  }

  /** Sends the load. */
  async send(): Promise<void> {
    const { count } = this.#settings;
    this.#testRun.progress = () => messagesSent(this.sent, count);
    await this.senders.send();
  }

  /** Waits until everything has arrived, or until nothing more will. */
  async waitForDeliveries(): Promise<void> {
    const testRun = this.#testRun;
    const { timeout, rate, count } = this.#settings;
    const begun = performance.now();
    // The wait for a server that is far behind has a limit.
    const deadline = begun + 2 * timeout + count / rate * 1000;
    const waitLoad = new WaitLoad(this.deliveries);
    let deliveries = this.deliveries;
    let deliveredAt = begun;
    const done = () => {
      waitLoad.note(this.deliveries);
      if (this.deliveries > deliveries) deliveredAt = performance.now();
      deliveries = this.deliveries;
      return deliveries >= this.expected || performance.now() > deadline;
    };
    while (!done() && !testRun.stopped && this.senders.behind) {
      await testRun.pause(CHECK_PERIOD);
    }
    // A ping may overtake messages that wait in the server, so only one of a quiet time
    // shows that nothing is on its way though the server serves every client.
    for (let before = -1; this.deliveries > before;) {
      await this.#waitForQuiet(done);
      before = this.deliveries;
      await this.#pings.reachAll(this.steady, done, (client) => {
        // While others receive messages of the load, a client may be next.
        const last = Math.max(deliveredAt, this.#receivers.receivedAt(client));
        return this.#failIfLate(client, last + timeout, "the last message");
      });
    }
    this.waitingBusy = waitLoad.busy;
    this.gaveUp = performance.now() > deadline && !testRun.stopped;
  }

  /** Waits until nothing has arrived for a while. */
  async #waitForQuiet(done: () => boolean): Promise<void> {
    const receivers = this.#receivers;
    let last = receivers.lastReceivedAt;
    for (
      let polls = 0;
      polls < QUIET_POLLS || performance.now() - last <= QUIET;
      polls++
    ) {
      if (done() || this.#testRun.ended.aborted) return;
      await this.#testRun.pause(CHECK_PERIOD);
      if (receivers.lastReceivedAt > last) polls = 0;
      last = receivers.lastReceivedAt;
    }
  }

  /** Reads from the stuck clients, to see which of them the server has cut. */
  async readStuck(): Promise<void> {
    if (this.#stuck.length === 0) return;
    const { connections } = this.#testRun;
    this.#stuck.forEach((socket, number) =>
      connections.discard(socket, {
        name: `stuck client ${number + 1}`,
        stuck: true,
      })
    );
    await this.#testRun.pause(STUCK_READ);
  }

  /** Runs the checks that need the whole run. */
  checkAll(): void {
    const { publishers, participants } = this.#settings;
    this.#ledger.checkAll(
      Array.from(
        { length: publishers + participants },
        (_, sender) => this.senders.sentBy(sender),
      ),
    );
    if (!this.#testRun.failed) this.#checkEcho();
  }

  /** Names the pattern of a server that sends to all clients but the sender. */
  #checkEcho(): void {
    const { publishers, participants } = this.#settings;
    const mute = Array.from({ length: participants }, (_, n) => {
      const sender = publishers + n;
      const own = this.#receivers.clientOf(n);
      if (this.#ledger.lastOf(own, sender) >= 0) return false;
      return this.received.some((_, client) =>
        this.#ledger.lastOf(client, sender) >= MIN_ECHOES
      );
    });
    if (participants < 2 || !mute.every(Boolean)) return;
    this.#testRun.violations.add(
      "conservation",
      () =>
        "every participant received messages of the others and none of its own: the server does not send to the sender",
    );
  }

  /** Whether to give `client` up: it was cut, or it is later than `time`, which fails the run. */
  #failIfLate(client: number, time: number, after: string): boolean {
    if (this.#cut.has(client)) return true;
    if (performance.now() < time) return false;
    const seconds = this.#settings.timeout / 1000;
    this.#testRun.fail(
      "stalled",
      `${clientName(client)} received nothing for ${seconds} s after ${after}`,
    );
    return true;
  }
}
