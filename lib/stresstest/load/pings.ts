/**
 * Pings: messages outside the load, from a connection of their own, which show that
 * the server serves a client. A load sends them before its first message and after
 * its last. They are repeated, because a server may drop any message.
 *
 * @module
 */
import { encode } from "@zillions/server/frame";
import type { Bodies } from "../checks/bodies.ts";
import type { Socket } from "../target/connect.ts";
import type { TestRun } from "./test_run.ts";

/** Milliseconds between two pings. */
const PERIOD = 100;

/** Milliseconds between two checks whether the pings have arrived. */
const CHECK_PERIOD = 5;

/** The pings of a run. Their messages are numbered from `first` on. */
export class Pings {
  #sent = 0;
  #sentAt = -Infinity;
  readonly #testRun: TestRun;
  #socket: Socket | undefined;
  readonly #bodies: Bodies;
  readonly #first: number;
  /** The last ping that each client received. */
  readonly #last: Int32Array;

  constructor(
    testRun: TestRun,
    bodies: Bodies,
    options: { first: number; clients: number },
  ) {
    this.#testRun = testRun;
    this.#bodies = bodies;
    this.#first = options.first;
    this.#last = new Int32Array(options.clients).fill(-1);
  }

  /** Connects, and again to another node if the server ends the connection. */
  async connect(): Promise<void> {
    const { connections } = this.#testRun;
    [this.#socket] = await connections.open(1);
    if (!this.#socket) return; // the run has ended
    connections.discard(this.#socket, {
      name: "the client that sends pings",
      onCut: () => this.#testRun.track(this.connect()),
    });
  }

  /** Records that `client` received `ping`; returns whether it was ever sent. */
  received(client: number, ping: number): boolean {
    if (ping >= this.#sent) return false;
    this.#last[client] = ping;
    return true;
  }

  /**
   * Sends pings until every client below `clients` has received one or is given up.
   *
   * @param done Called regularly; `true` ends the wait.
   * @param giveUp Called regularly for each client; `true` ends the wait for it.
   */
  async reachAll(
    clients: number,
    done: () => boolean,
    giveUp: (client: number) => boolean,
  ): Promise<void> {
    const since = this.#sent;
    const waiting = new Set(Array(clients).keys());
    while (!this.#testRun.ended.aborted && !done()) {
      for (const client of waiting) {
        if (this.#last[client]! >= since || giveUp(client)) {
          waiting.delete(client);
        }
      }
      if (waiting.size === 0) return;
      if (performance.now() - this.#sentAt >= PERIOD) await this.#send();
      await this.#testRun.pause(CHECK_PERIOD);
    }
  }

  async #send(): Promise<void> {
    const message = this.#first + this.#sent++;
    this.#sentAt = performance.now();
    const body = new Uint8Array(this.#bodies.size(message));
    this.#bodies.write(new DataView(body.buffer), 0, message);
    if (!this.#socket) return;
    await this.#testRun.connections.write(this.#socket, encode(body));
  }
}
