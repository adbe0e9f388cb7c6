/**
 * The clients of one server. The server adds each client it accepts, and drains
 * them at its end. A client is counted and reported once when it connects and once
 * when it leaves.
 *
 * @module
 */
import { isDisconnect } from "../wire/io_error.ts";
import type { Run } from "../wire/run.ts";
import { Callbacks } from "./callbacks.ts";
import { type ClientLimit, ClientLimits } from "./client_limits.ts";
import type { ConnectedClient, EndedClient } from "./client.ts";
import { SERVER_CLOCK, type ServerClock } from "./clock.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { DelayHistogram } from "./delay_histogram.ts";
import { drain } from "./drain.ts";
import { EndedClients } from "./ended_clients.ts";
import type { ServerEvent } from "./events.ts";
import type { ResolvedOptions } from "./options.ts";
import { RateLimit } from "./rate_limit.ts";
import { type DisconnectReason, type Stats, StatsCounter } from "./stats.ts";
import type { Transport } from "./transport.ts";

/** The least number of checks in a stall time-out. A stall is noticed late by one check at most. */
const MIN_CHECKS = 4;

/** The longest time between two checks, in milliseconds. Lag is reported late by one at most. */
const MAX_INTERVAL = 1000;

/**
 * A check that comes so many milliseconds too late follows a time in which the
 * process was stopped or starved, and has not heard what clients took meanwhile.
 */
const LATE = 1000;

/** How long a second of the rate limit is, in milliseconds. */
const SECOND = 1000;

/** The clients that are connected to one server. */
export class Clients {
  /** Milliseconds between two checks. */
  readonly checkInterval: number;
  /** How many checks without progress make a stall. */
  readonly #stallChecks: number;
  /** Calls the program's callbacks. */
  readonly callbacks: Callbacks;
  readonly #options: ResolvedOptions;
  readonly #clock: ServerClock;
  readonly #limits: ClientLimits;
  readonly #rateLimit: RateLimit | undefined;
  readonly #counter = new StatsCounter();
  readonly #connections = new Map<number, Connection>();
  readonly #ended = new EndedClients();
  #delays: DelayHistogram | undefined;
  /** What connections share. */
  readonly #shared: ConnectionOptions;
  /** The number of the newest client. */
  #client = 0;

  constructor(options: ResolvedOptions, clock = SERVER_CLOCK) {
    const { publisher, onError, maxRate, stallTimeout } = options;
    this.#options = options;
    this.#clock = clock;
    this.callbacks = new Callbacks(onError);
    this.#limits = new ClientLimits(options);
    if (maxRate < Infinity) this.#rateLimit = new RateLimit(maxRate);
    this.#shared = {
      publisher,
      clock,
      onError: this.callbacks.report,
      traffic: this.#counter.traffic,
      rateLimit: this.#rateLimit,
      delays: () => this.#delays,
      onLag: ({ client, remoteAddr }, type, dropped) =>
        this.#emit({ type, client, remoteAddr, dropped }),
      onFinished: (connection, reason) => this.#remove(connection, reason),
    };
    const checks = Math.max(MIN_CHECKS, Math.ceil(stallTimeout / MAX_INTERVAL));
    this.#stallChecks = stallTimeout > 0 ? checks : Infinity;
    this.checkInterval = stallTimeout > 0
      ? stallTimeout / checks
      : MAX_INTERVAL;
  }

  /** The server's stats at this moment. */
  stats(): Stats {
    const connections = [...this.#connections.values()];
    const channels = connections.map(({ channel }) => channel);
    return this.#counter.stats(channels, {
      rateLimited: this.#rateLimit?.waits ?? 0,
      unreported: this.callbacks.unreported,
    });
  }

  /** Those that are connected, by number. */
  get connected(): ReadonlyMap<number, ConnectedClient> {
    return this.#connections;
  }

  /** The newest that have left, the newest last. */
  get ended(): readonly EndedClient[] {
    return this.#ended.list;
  }

  /** Begins to measure delays, if nobody has. */
  measureDelays(): DelayHistogram {
    return this.#delays ??= new DelayHistogram(this.#options.hub);
  }

  /** Counts a failure to accept, and reports the first of an episode. */
  acceptFailed(error: Error, first: boolean): void {
    this.#counter.acceptErrors++;
    if (first) this.callbacks.report(error);
  }

  /** Counts a client whose socket was broken before it could be added. */
  addFailed(error: unknown): void {
    this.#counter.disconnected.reset++;
    if (!isDisconnect(error)) this.callbacks.report(error);
  }

  /** Adds a client, or returns what refuses it; the caller closes it then. */
  add(transport: Transport): ClientLimit | "draining" | undefined {
    if (this.#options.hub.closed) return "draining";
    const { remoteAddr } = transport;
    const limit = this.#limits.admit(remoteAddr);
    if (limit) {
      this.#counter.refuse(limit);
      this.#emit({ type: "refused", remoteAddr, limit });
      return limit;
    }
    const client = ++this.#client;
    const channel = this.#options.hub.subscribe();
    const connection = new Connection(
      transport,
      channel,
      this.#shared,
      client,
    );
    this.#connections.set(client, connection);
    this.#emit({ type: "connected", client, remoteAddr });
    return undefined;
  }

  /** Publishes what the program itself says; resolves when it may say more. */
  publish(run: Run): Promise<void> {
    const { publisher } = this.#options;
    return Promise.try(() => publisher.publish(run)).catch(
      this.callbacks.report,
    );
  }

  /** Checks the clients from time to time, until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    let checkedAt = this.#clock.now();
    while (!signal.aborted) {
      // The wait ends early, by a rejection, only when the signal aborts.
      await this.#clock.delay(this.checkInterval, { signal }).catch(() => {});
      const now = this.#clock.now();
      this.check(now - checkedAt);
      checkedAt = now;
    }
  }

  /** Begins the seconds of the rate limit, if there is one, until the signal aborts. */
  async limitRate(signal: AbortSignal): Promise<void> {
    const limit = this.#rateLimit;
    while (limit && !signal.aborted) {
      await this.#clock.delay(SECOND, { signal }).catch(() => {}); // as above
      limit.nextSecond();
    }
    limit?.end();
  }

  /**
   * Reports lag and disconnects stalled clients.
   *
   * @param elapsed Milliseconds since the last check.
   */
  check(elapsed: number): void {
    const late = elapsed > this.checkInterval + LATE;
    for (const connection of this.#connections.values()) {
      connection.lagState.check();
      if (!late) connection.checkStall(this.#stallChecks);
    }
  }

  /**
   * Has everything broadcast that clients have sent, sends each client what waits
   * for it, and closes. The drain time-out or the signal ends it at once.
   */
  async drain(signal: AbortSignal): Promise<void> {
    const { publisher, drainTimeout: timeout } = this.#options;
    await drain([...this.#connections.values()], {
      ...{ publisher, timeout, signal },
      clock: this.#clock,
      onError: this.callbacks.report,
    });
  }

  #remove(connection: Connection, reason: DisconnectReason): void {
    const { client, remoteAddr, dropped } = connection;
    this.#connections.delete(client);
    this.#ended.add(connection, reason);
    this.#limits.release(remoteAddr);
    this.#counter.disconnected[reason]++;
    this.#counter.dropped += dropped;
    this.#emit({ type: "disconnected", client, remoteAddr, reason, dropped });
  }

  #emit(event: ServerEvent): void {
    this.callbacks.call(this.#options.onEvent, event);
  }
}
