/**
 * The roster: the clients that are connected. The server gives it those it has
 * accepted, and ends them through it. Its one rule: a client that was let in is
 * counted, and told of, once when it comes and once when it leaves.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { ServerEvent } from "./events.ts";
import { type Stats, StatsCounter } from "./stats.ts";
import { isDisconnect } from "../wire/io_error.ts";
import { Lag } from "./lag.ts";
import { tune } from "./listener.ts";
import type { Settings } from "./options.ts";
import { ClientLimits } from "./client_limits.ts";

/** Looks at each client so often in a stall time-out; it is late by one look at most. */
const LOOKS = 4;

/** The longest between two looks, in milliseconds: how late lag is told, at worst. */
const LONGEST = 1000;

/** A look that comes after so many pauses is late: the process was stopped, or starved. */
const LATE = 2;

/** The clients of one server. */
export class Clients {
  readonly #settings: Settings;
  readonly #places: ClientLimits;
  readonly #figures = new StatsCounter();
  readonly #connections = new Set<Connection>();
  /** What connections share. */
  readonly #shared: ConnectionOptions;
  /** The number of the last client that was let in. */
  #client = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#places = new ClientLimits(settings);
    const { publish, onError } = settings;
    this.#shared = { publish, onError, traffic: this.#figures.traffic };
  }

  /** The server's figures at this moment. */
  stats(): Stats {
    const connections = [...this.#connections];
    return this.#figures.stats(connections.map(({ channel }) => channel));
  }

  /** Counts a failure to accept, and tells it if it is news. */
  miss(error: Error, first: boolean): void {
    this.#figures.acceptErrors++;
    if (first) this.#settings.onError(error);
  }

  /** Lets a client in, or turns it away. */
  admit(socket: Deno.Conn): void {
    const { remoteAddr } = socket;
    const limit = this.#places.take(remoteAddr);
    if (limit) {
      this.#figures.refuse(limit);
      socket[Symbol.dispose]();
      this.#tell({ type: "refused", remoteAddr, limit });
      return;
    }
    try {
      tune(socket);
    } catch (error) {
      this.#places.leave(remoteAddr);
      this.#figures.disconnected.reset++;
      socket[Symbol.dispose]();
      if (!isDisconnect(error)) this.#settings.onError(error);
      return;
    }
    this.#open(socket);
  }

  #open(socket: Deno.Conn): void {
    const { remoteAddr } = socket;
    const client = ++this.#client;
    const channel = this.#settings.hub.subscribe();
    const lag = new Lag(channel, (type, dropped) => {
      this.#tell({ type, client, remoteAddr, dropped });
    });
    const connection = new Connection(socket, channel, this.#shared, lag);
    this.#connections.add(connection);
    this.#tell({ type: "connected", client, remoteAddr });
    connection.finished.then((reason) => {
      const { dropped } = channel;
      this.#connections.delete(connection);
      this.#places.leave(remoteAddr);
      this.#figures.disconnected[reason]++;
      this.#figures.dropped += dropped;
      this.#tell({ type: "disconnected", client, remoteAddr, reason, dropped });
    });
  }

  /** Looks at the clients from time to time: tells who lags, disconnects who stalls. */
  async watch(signal: AbortSignal): Promise<void> {
    const stallTimeout = this.#settings.stallTimeout || Infinity;
    const pause = Math.min(stallTimeout / LOOKS, LONGEST);
    let lookedAt = performance.now();
    while (!signal.aborted) {
      // The wait ends early, by a rejection, only when the signal aborts.
      await delay(pause, { signal }).catch(() => {});
      const now = performance.now();
      // Who was stopped itself has not heard yet what clients took meanwhile.
      const late = now - lookedAt > LATE * pause;
      lookedAt = now;
      for (const connection of this.#connections) {
        connection.lag?.look();
        if (!late) connection.beat(stallTimeout / pause);
      }
    }
  }

  /** Sends everybody what waits, until the time-out or the signal, and ends. */
  async drain(signal: AbortSignal): Promise<void> {
    const connections = [...this.#connections];
    const finished = Promise.all(
      connections.map((connection) => connection.finished),
    );
    for (const connection of connections) connection.drain();
    try {
      await deadline(finished, this.#settings.drainTimeout, { signal });
    } catch {
      // Too late, or told to end at once: either way, this is the end.
      for (const connection of connections) connection.close("aborted");
      await finished;
    }
  }

  #tell(event: ServerEvent): void {
    try {
      this.#settings.onEvent?.(event);
    } catch (error) { // the listener's fault must not be a client's
      this.#settings.onError(error);
    }
  }
}
