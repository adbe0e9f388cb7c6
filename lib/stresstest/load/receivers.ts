/**
 * The receivers of a load. All deliveries are checked, but latency is measured only
 * for as many clients as the tester can read from at once. The sampled clients are
 * spread evenly over the order in which all connected.
 *
 * @module
 */
import { Checker, type CheckerOptions } from "../checks/checker.ts";
import { LatencyHistogram } from "../checks/latency_histogram.ts";
import { clientName } from "../checks/ledger.ts";
import type { Socket } from "../target/connect.ts";
import { RoundRobinReader } from "./round_robin_reader.ts";
import type { TestRun } from "./test_run.ts";

/** Options of {@linkcode Receivers}. */
export interface ReceiversOptions
  extends Omit<CheckerOptions, "latency" | "violations"> {
  /** How many of the steady clients are sampled. They have the lowest numbers. */
  sampled: number;
  /** Clients in all, including those that come and go. */
  clients: number;
  /** Bytes per second that each client is sent. */
  bytesPerSecond: number;
  /** Microseconds since the first intended send. */
  now: () => number;
  /** Called when the server has ended the connection of a steady client. */
  onCut: (client: number) => void;
}

/** Reads and checks what clients receive. */
export class Receivers {
  /** From the intended send to the delivery, of the sampled clients. */
  readonly latency = new LatencyHistogram();
  /** When a sampled client had its last delivery, in microseconds; 0 before. */
  lastDelivery = 0;
  /** When any client last received something, as `performance.now()`. */
  lastReceivedAt = 0;
  readonly #testRun: TestRun;
  readonly #options: ReceiversOptions;
  readonly #sampledChecker: Checker;
  readonly #otherChecker: Checker;
  readonly #reader: RoundRobinReader;
  /** When each client last received something, as `performance.now()`. */
  readonly #receivedAt: Float64Array<ArrayBuffer>;
  /** When a sampled client last did. */
  #sampledReceivedAt = 0;

  constructor(testRun: TestRun, options: ReceiversOptions) {
    const { steady, sampled, clients, bytesPerSecond } = options;
    const { violations } = testRun;
    this.#testRun = testRun;
    this.#options = options;
    this.#sampledChecker = new Checker({
      ...options,
      violations,
      latency: this.latency,
    });
    this.#otherChecker = new Checker({
      ...options,
      violations,
      latency: new LatencyHistogram(),
    });
    this.#receivedAt = new Float64Array(clients);
    this.#reader = new RoundRobinReader({
      size: steady - sampled,
      bytesPerSecond,
      // Every message goes to all clients, so the sampled ones show what waits.
      ready: (client) => this.#receivedAt[client]! < this.#sampledReceivedAt,
    });
  }

  /** Deliveries to steady clients. */
  get deliveries(): number {
    return this.#sampledChecker.deliveries + this.#otherChecker.deliveries;
  }

  /** Runs of frames checked. */
  get runs(): number {
    return this.#sampledChecker.runs + this.#otherChecker.runs;
  }

  /** When `client` last received something, as `performance.now()`. */
  receivedAt(client: number): number {
    return this.#receivedAt[client]!;
  }

  /** The number of the steady client that has the socket `n`. */
  clientOf(n: number): number {
    const { steady, sampled } = this.#options;
    const sampledBelow = (n: number) => Math.floor(n * sampled / steady);
    const before = sampledBelow(n);
    return sampledBelow(n + 1) > before ? before : sampled + n - before;
  }

  /** Receives on the sockets of the steady clients until the run is over. */
  start(sockets: Socket[]): void {
    this.#testRun.track(this.#reader.run(this.#testRun.ended));
    sockets.forEach((socket, n) => this.receive(socket, this.clientOf(n)));
  }

  /** Receives on one socket until the run is over or the socket is closed. */
  receive(socket: Socket, client: number): Promise<void> {
    const { steady, sampled, now, onCut } = this.#options;
    const testRun = this.#testRun;
    const isSampled = client < sampled;
    const checker = isSampled ? this.#sampledChecker : this.#otherChecker;
    const source = isSampled || client >= steady
      ? socket
      : this.#reader.source(socket, client);
    const peer = {
      name: clientName(client),
      onCut: () => {
        if (client < steady) onCut(client);
      },
    };
    return testRun.connections.receive(socket, peer, (bytes) => {
      const before = checker.deliveries;
      const time = now();
      this.lastReceivedAt = this.#receivedAt[client] = performance.now();
      if (isSampled) this.#sampledReceivedAt = this.lastReceivedAt;
      checker.check(client, bytes, time);
      testRun.noteDelivery();
      if (isSampled && checker.deliveries > before) this.lastDelivery = time;
    }, source);
  }
}
