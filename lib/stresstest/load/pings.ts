/**
 * Pings: messages outside the load, from a connection of their own, by which a
 * run learns that a client is served. The load sends them before it begins and
 * after its end. Its one rule: they are repeated, for a server may drop any.
 *
 * @module
 */
import { encode } from "@zillions/server/frame";
import type { Bodies } from "../checks/bodies.ts";
import type { Socket } from "../target/target.ts";
import type { Trial } from "./test_run.ts";

/** How often they are repeated, in milliseconds. */
const PERIOD = 100;

/** How often it is looked whether they have arrived, in milliseconds. */
const LOOK = 5;

/** The pings of a run; their messages are numbered from `first` on. */
export class Pings {
  #sent = 0;
  #sentAt = -Infinity;
  readonly #trial: Trial;
  readonly #socket: Socket;
  readonly #bodies: Bodies;
  readonly #first: number;
  /** The last ping that each client received. */
  readonly #last: Int32Array;

  constructor(
    trial: Trial,
    socket: Socket,
    bodies: Bodies,
    options: { first: number; clients: number },
  ) {
    this.#trial = trial;
    this.#socket = socket;
    this.#bodies = bodies;
    this.#first = options.first;
    this.#last = new Int32Array(options.clients).fill(-1);
  }

  /** Notes that `client` received `ping`; whether it was ever sent. */
  received(client: number, ping: number): boolean {
    if (ping >= this.#sent) return false;
    this.#last[client] = ping;
    return true;
  }

  /**
   * Pings until every client below `clients` is reached or given up.
   *
   * @param done Asked now and then whether that will do.
   * @param giveUp Asked whether to wait no longer for a client.
   */
  async reach(
    clients: number,
    done: () => boolean,
    giveUp: (client: number) => boolean,
  ): Promise<void> {
    const since = this.#sent;
    const waiting = new Set(Array(clients).keys());
    while (!this.#trial.over.aborted && !done()) {
      for (const client of waiting) {
        if (this.#last[client]! >= since || giveUp(client)) {
          waiting.delete(client);
        }
      }
      if (waiting.size === 0) return;
      if (performance.now() - this.#sentAt >= PERIOD) await this.#send();
      await this.#trial.pause(LOOK);
    }
  }

  async #send(): Promise<void> {
    const message = this.#first + this.#sent++;
    this.#sentAt = performance.now();
    const body = new Uint8Array(this.#bodies.size(message));
    this.#bodies.write(new DataView(body.buffer), 0, message);
    await this.#trial.write(this.#socket, encode(body));
  }
}
