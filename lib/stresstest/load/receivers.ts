/**
 * The clients of a load that receive. The crowd connects them. Its one rule: all
 * are checked, but no more are timed than the tester can read from at once, and
 * those are spread evenly over the order in which all connected.
 *
 * @module
 */
import { Audience } from "./round_robin_reader.ts";
import { Checker, type CheckerOptions } from "../checks/checker.ts";
import { clientName, type Ledger } from "../checks/ledger.ts";
import { Tally } from "../checks/latency_histogram.ts";
import type { Socket } from "../target/target.ts";
import type { Trial } from "./test_run.ts";

/** What the receivers need to know of a load. */
export interface ReceiversOptions
  extends Omit<CheckerOptions, "ledger" | "latency" | "violations"> {
  ledger: Ledger;
  /** How many of the steady clients are timed. */
  timed: number;
  /** Clients in all, those who come and go included. */
  clients: number;
  /** Bytes a second that each is sent. */
  bytesPerSecond: number;
  /** Microseconds since the first intended send. */
  now: () => number;
}

/** Takes what arrives. */
export class Receivers {
  /** From the intended send to the delivery, of those who are timed. */
  readonly latency = new Tally();
  /** When one of the timed had its last delivery, in microseconds; 0 before. */
  lastDelivery = 0;
  /** When anybody was last brought something, on `performance.now()`. */
  lastHeard = 0;
  readonly #trial: Trial;
  readonly #options: ReceiversOptions;
  readonly #timed: Checker;
  readonly #untimed: Checker;
  readonly #audience: Audience;
  /** When each client was last brought something, on `performance.now()`. */
  readonly #heard: Float64Array<ArrayBuffer>;
  /** When one of the timed was. */
  #timedHeard = 0;

  constructor(trial: Trial, options: ReceiversOptions) {
    const { steady, timed, clients, bytesPerSecond } = options;
    const { violations } = trial;
    const { latency } = this;
    this.#trial = trial;
    this.#options = options;
    this.#timed = new Checker({ ...options, violations, latency });
    const untimed = { ...options, violations, latency: new Tally() };
    this.#untimed = new Checker(untimed);
    this.#heard = new Float64Array(clients);
    this.#audience = new Audience({
      size: steady - timed,
      bytesPerSecond,
      ready: (client) => this.#heard[client]! < this.#timedHeard,
    });
  }

  /** Deliveries to steady clients. */
  get deliveries(): number {
    return this.#timed.deliveries + this.#untimed.deliveries;
  }

  /** Runs of frames taken. */
  get runs(): number {
    return this.#timed.runs + this.#untimed.runs;
  }

  /** When `client` was last brought something, on `performance.now()`. */
  heard(client: number): number {
    return this.#heard[client]!;
  }

  /** Receives on the sockets of the steady clients until the run is over. */
  seat(sockets: Socket[]): void {
    const { steady, timed } = this.#options;
    const share = (n: number) => Math.floor(n * timed / steady);
    this.#trial.keep(this.#audience.seat(this.#trial.over));
    sockets.forEach((socket, n) => {
      const before = share(n); // those who are timed are numbered first
      const isTimed = share(n + 1) > before;
      this.receive(socket, isTimed ? before : timed + n - before);
    });
  }

  /** Receives on one socket until the run is over or the socket is left. */
  receive(socket: Socket, client: number): Promise<void> {
    const { steady, timed, now } = this.#options;
    const isTimed = client < timed;
    const checker = isTimed ? this.#timed : this.#untimed;
    const source = isTimed || client >= steady
      ? socket
      : this.#audience.source(socket, client);
    return this.#trial.receive(socket, clientName(client), (bytes) => {
      const before = checker.deliveries;
      const time = now();
      this.lastHeard = this.#heard[client] = performance.now();
      if (isTimed) this.#timedHeard = this.lastHeard;
      checker.take(client, bytes, time);
      this.#trial.delivered();
      if (isTimed && checker.deliveries > before) this.lastDelivery = time;
    }, source);
  }
}
