/**
 * The clients of a load: they connect, send and receive, and leave when nothing
 * more will come. The load makes them for each run. Its one rule: no message is
 * due before every receiver is known to be served, so what is not received is lost.
 *
 * @module
 */
import { HEADER } from "@zillions/server/frame";
import { Bodies, type Sizes } from "../checks/bodies.ts";
import { Effort } from "./tester_load.ts";
import { clientName, Ledger } from "../checks/ledger.ts";
import { pace } from "./pace.ts";
import { Pings } from "./pings.ts";
import { Receivers } from "./receivers.ts";
import { Sender } from "./sender.ts";
import { Tally } from "../checks/latency_histogram.ts";
import type { Trial } from "./test_run.ts";

/** What is played. */
export interface LoadSettings {
  /** Messages a second, over all senders. */
  rate: number;
  /** Messages in all. */
  count: number;
  /** Clients that send, and read without checking. */
  publishers: number;
  /** Clients that receive. */
  subscribers: number;
  /** Clients that do both. */
  talkers: number;
  /** How many of those who receive are timed, at most. */
  timed: number;
  /** Clients that never read. */
  stuck: number;
  /** Clients that come and go. */
  churn: number;
  body: Sizes;
  /** Milliseconds without a delivery after which the server hangs. */
  timeout: number;
  /** The share of deliveries that may be lost, 0 to 1. */
  maxLost: number;
}

/** Nothing more is to come, in milliseconds after the last delivery and a ping. */
const QUIET = 300;

/** How often it is looked whether everything has arrived, in milliseconds. */
const LOOK = 2;

/** How long a client stays that comes and goes, in milliseconds: up to this. */
const STAY = 250;

/** The clients of one run. */
export class Crowd {
  /** CPU time of the tester while it sent. */
  cpuSeconds = 0;
  /** The share of that time in which it was busy. */
  busy = 0;
  readonly #trial: Trial;
  readonly #settings: LoadSettings;
  readonly #interval: number;
  /** Clients that receive from the beginning to the end. */
  readonly steady: number;
  readonly #bodies: Bodies;
  readonly #ledger: Ledger;
  readonly #receivers: Receivers;
  /** How much later than intended messages were sent. */
  readonly slip = new Tally();
  readonly #senders: Sender[] = [];
  #pings!: Pings;
  #start = 0;

  constructor(trial: Trial, settings: LoadSettings, run: number) {
    this.#trial = trial;
    this.#settings = settings;
    this.#interval = 1e6 / settings.rate;
    this.steady = settings.subscribers + settings.talkers;
    const senders = settings.publishers + settings.talkers;
    const clients = this.steady + settings.churn;
    this.#bodies = new Bodies(run, settings.body);
    this.#ledger = new Ledger(
      settings.count,
      senders,
      clients,
      trial.violations,
    );
    const { min, max } = settings.body;
    this.#receivers = new Receivers(trial, {
      messages: settings.count,
      bodies: this.#bodies,
      earlier: Array.from(
        { length: run },
        (_, earlier) => new Bodies(earlier, settings.body),
      ),
      ledger: this.#ledger,
      interval: this.#interval,
      steady: this.steady,
      timed: Math.min(settings.timed, this.steady),
      clients,
      bytesPerSecond: settings.rate * (HEADER + (min + max) / 2),
      now: () => this.#now(),
      onPing: (client, ping) => this.#pings.received(client, ping),
    });
  }

  /** Messages sent. */
  get sent(): number {
    return this.#senders.reduce((sum, { sent }) => sum + sent, 0);
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
  get latency(): Tally {
    return this.#receivers.latency;
  }

  /** From the first intended send to the last delivery; 0 if there was none. */
  get seconds(): number {
    return this.#receivers.lastDelivery / 1e6;
  }

  /** Deliveries whose order there was no room to check. */
  get uncheckedOrder(): number {
    return this.#ledger.unchecked;
  }

  /** Whether a socket has not yet taken what is due. */
  get behind(): boolean {
    return this.#senders.some(({ behind }) => behind);
  }

  /** Connects everybody and waits until every receiver is served. */
  async connect(): Promise<void> {
    const { publishers, talkers, stuck, churn, count, timeout } =
      this.#settings;
    const trial = this.#trial;
    const [control] = await trial.connect(1);
    const receivers = await trial.connect(this.steady);
    const publishing = await trial.connect(publishers);
    await trial.connect(stuck);
    if (trial.over.aborted) return;

    const clients = this.steady + churn;
    this.#pings = new Pings(trial, control!, this.#bodies, {
      first: count,
      clients,
    });
    trial.discard(control!, "the connection for pings");
    this.#receivers.seat(receivers);
    publishing.forEach((socket, number) =>
      trial.discard(socket, `sender ${number + 1}`)
    );
    const begun = performance.now();
    await this.#pings.reach(
      this.steady,
      () => trial.stopped,
      (client) => this.#overdue(client, begun + timeout, "after it connected"),
    );

    for (const socket of [...publishing, ...receivers.slice(0, talkers)]) {
      this.#senders.push(
        new Sender(socket, this.#senders.length, {
          trial,
          bodies: this.#bodies,
          senders: publishers + talkers,
          interval: this.#interval,
          now: () => this.#now(),
          slip: this.slip,
        }),
      );
    }
    for (let client = this.steady; client < clients; client++) {
      trial.keep(this.#comeAndGo(client));
    }
  }

  /** Sends the load. */
  async send(): Promise<void> {
    const effort = new Effort();
    this.#start = performance.now();
    let dues = 0;
    const idle = await pace({
      count: this.#settings.count,
      interval: this.#interval,
      now: () => this.#now(),
      stopped: () => this.#trial.stopped,
      work: () => this.#receivers.runs,
      onDue: (due) => {
        // Each sender once, however many of its messages have become due.
        const senders = this.#senders.length;
        for (let m = Math.max(dues, due - senders); m < due; m++) {
          this.#senders[m % senders]!.send(due);
        }
        dues = due;
      },
    });
    this.cpuSeconds = effort.cpuSeconds;
    this.busy = effort.busy(idle, this.#now());
  }

  /** Waits until everything has arrived, or nothing more will. */
  async settle(): Promise<void> {
    const trial = this.#trial;
    const { timeout, rate, count } = this.#settings;
    const begun = performance.now();
    // A server that is far behind is not waited for forever.
    const patience = begun + 2 * timeout + count / rate * 1000;
    const late = () => performance.now() > patience;
    const all = () => this.deliveries >= this.sent * this.steady || late();
    while (
      !all() && !trial.over.aborted && !trial.stopped &&
      this.behind
    ) {
      await trial.pause(LOOK);
    }
    await this.#pings?.reach(this.steady, all, (client) =>
      this.#overdue(
        client,
        Math.max(begun, this.#receivers.heard(client)) + timeout,
        "at the end",
      ));
    const quiet = () => performance.now() - this.#receivers.lastHeard > QUIET;
    while (!all() && !trial.over.aborted && !quiet()) await trial.pause(LOOK);
  }

  /** Checks what can be checked only at the end. */
  close(): void {
    this.#ledger.close(this.#senders.map(({ sent }) => sent));
  }

  /** Microseconds since the first message was due. */
  #now(): number {
    return (performance.now() - this.#start) * 1000;
  }

  /** Whether the time for a client is over, which is a verdict. */
  #overdue(client: number, time: number, when: string): boolean {
    if (performance.now() < time) return false;
    const seconds = this.#settings.timeout / 1000;
    this.#trial.fail(
      "hung",
      `${clientName(client)} was brought nothing for ${seconds} s ${when}`,
    );
    return true;
  }

  /** Connects and leaves, again and again; every second time without reading. */
  async #comeAndGo(client: number): Promise<void> {
    const trial = this.#trial;
    for (let life = 0; !trial.over.aborted; life++) {
      const [socket] = await trial.connect(1);
      if (!socket) return;
      this.#ledger.join(client);
      const reading = life % 2 === 0
        ? this.#receivers.receive(socket, client)
        : undefined;
      await trial.pause(Math.random() * STAY);
      trial.leave(socket);
      await reading;
    }
  }
}
