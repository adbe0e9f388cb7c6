/**
 * The server: a listener, a hub, and a connection for each client.
 *
 * ## Order
 * There is one order of all messages. Each client's own stand in it as they were
 * sent. Each client receives a subsequence of it, its own messages included.
 *
 * ## Pacing
 * No more is read from a client before those who can take what it sent were
 * offered it. So a client that keeps up loses nothing, however fast others send.
 * A client that floods delays a quiet one's message by some milliseconds.
 *
 * ## Lagging
 * A client slower than the rest loses the oldest messages that the hub can no
 * longer hold, always whole, exactly counted, and slows nobody down. One that
 * neither takes a byte nor sends a message for the stall time-out while data waits
 * for it is disconnected.
 *
 * ## Ending
 * A client that ends its sending side gets what was broadcast until then, and the
 * connection ends. A frame that is cut short by the end of its connection is
 * discarded. A connection that breaks ends alone.
 *
 * ## Shutdown
 * No more clients are accepted and no more messages read; each client gets what
 * waits for it, or as much as it takes until the drain time-out. Then the port is
 * free and nothing is left running.
 *
 * ## Bounds
 * Memory for messages: the hub's capacity. For each client: a read buffer of 512
 * bytes while idle and 64 KiB at most, and, while its write is stuck, the 64 KiB
 * of the log that it writes, shared with those who are stuck at the same place.
 * Clients: `maxClients`, or the system's limit on descriptors.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { accepted } from "./accept.ts";
import {
  Connection,
  type ConnectionOptions,
  type Ending,
  type Publish,
  type Traffic,
} from "./connection.ts";
import { isGone } from "./gone.ts";
import type { Hub } from "./hub.ts";
import { type ServeOptions, type Settings, settle } from "./options.ts";

export type { Ending, Hub, Publish, ServeOptions, Traffic };
export type { Channel, HubOptions, Run } from "./hub.ts";
export {
  DEFAULT_DRAIN_TIMEOUT,
  DEFAULT_MAX_CLIENTS,
  DEFAULT_STALL_TIMEOUT,
} from "./options.ts";

/** How many clients the system lets wait to be accepted; it may allow fewer. */
const BACKLOG = 4096;

/** Looks at each connection so often in a stall time-out; it is late by one look at most. */
const BEATS = 4;

/** What a server has done and does: counts since it began, and `clients` now. */
export interface Stats extends Traffic {
  /** Clients connected now. */
  clients: number;
  /** Messages that lagging clients lost. */
  dropped: number;
  /** Connections that have ended, by how; `refused` are those over the limit. */
  disconnected: Record<Ending | "refused", number>;
}

/** A running server. */
export interface Server extends AsyncDisposable {
  /** The address that is listened on, with the real port. */
  readonly addr: Deno.NetAddr;
  /** The hub that clients are joined to. */
  readonly hub: Hub;
  /** Resolves when the server has ended and the port is free. Never rejects. */
  readonly finished: Promise<void>;
  /** The figures at this moment. */
  stats(): Stats;
  /**
   * Accepts no more, reads no more, sends each client what waits for it, closes.
   * A second call, or the signal, or the drain time-out, ends it at once.
   *
   * @returns {@linkcode Server.finished}.
   */
  shutdown(): Promise<void>;
}

/**
 * Listens and serves, until {@linkcode Server.shutdown} or the signal.
 *
 * @throws {RangeError} If a number is out of its bounds.
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {Deno.errors.AddrNotAvailable} If the address is not this machine's.
 * @throws {Deno.errors.PermissionDenied} If the system does not allow the port.
 * @throws {Deno.errors.NotCapable} If `--allow-net` does not cover the address.
 *
 * @example A server that speaks as well
 * ```ts
 * import { connect, encode, serve } from "@zillions/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = serve({ port: 0 });
 * using client = await connect(server.addr);
 * await client.send("knock knock");
 * for await (const body of client) {
 *   const text = new TextDecoder().decode(body);
 *   if (text === "knock knock") server.hub.broadcast(encode("who is there?"));
 *   else {
 *     assertEquals(text, "who is there?");
 *     break;
 *   }
 * }
 * ```
 */
export function serve(options: ServeOptions = {}): Server {
  return new TcpServer(options);
}

class TcpServer implements Server {
  readonly addr: Deno.NetAddr;
  readonly hub: Hub;
  readonly finished: Promise<void>;
  readonly #settings: Settings;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Connection>();
  readonly #traffic: Traffic = {
    messagesIn: 0,
    bytesIn: 0,
    messagesOut: 0,
    bytesOut: 0,
  };
  readonly #disconnected: Stats["disconnected"] = {
    ended: 0,
    torn: 0,
    lost: 0,
    stalled: 0,
    drained: 0,
    cut: 0,
    failed: 0,
    refused: 0,
  };
  /** What its connections share. */
  readonly #shared: ConnectionOptions;
  /** Messages dropped by connections that have ended. */
  #dropped = 0;
  /** Aborted when the server stops accepting. */
  readonly #stop = new AbortController();
  /** Aborted when draining is over. */
  readonly #cut = new AbortController();

  constructor(options: ServeOptions) {
    this.#settings = settle(options);
    const { hostname, port, hub, signal, onListen } = this.#settings;
    this.hub = hub;
    const { publish, onError } = this.#settings;
    this.#shared = { publish, onError, traffic: this.#traffic };
    this.#listener = Deno.listen({ hostname, port, tcpBacklog: BACKLOG });
    this.addr = this.#listener.addr;
    const abort = () => this.#end();
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    this.finished = this.#run().finally(() =>
      signal?.removeEventListener("abort", abort)
    );
    onListen?.(this.addr);
  }

  stats(): Stats {
    let dropped = this.#dropped;
    for (const connection of this.#connections) {
      dropped += connection.channel.dropped;
    }
    return {
      clients: this.#connections.size,
      ...this.#traffic,
      dropped,
      disconnected: { ...this.#disconnected },
    };
  }

  shutdown(): Promise<void> {
    if (this.#stop.signal.aborted) this.#end();
    else this.#stopAccepting();
    return this.finished;
  }

  [Symbol.asyncDispose](): Promise<void> {
    // Leaving a scope is not the second call that ends a drain.
    return this.#stop.signal.aborted ? this.finished : this.shutdown();
  }

  #stopAccepting(): void {
    this.#stop.abort();
    this.#listener[Symbol.dispose]();
  }

  /** Ends without draining. */
  #end(): void {
    this.#cut.abort();
    this.#stopAccepting();
  }

  async #run(): Promise<void> {
    const watching = this.#watch();
    await this.#accept();
    this.#stopAccepting();
    await watching;
    await this.#drain();
  }

  async #accept(): Promise<void> {
    const { signal } = this.#stop;
    for await (
      const socket of accepted(this.#listener, {
        signal,
        onError: this.#settings.onError,
      })
    ) {
      if (this.#connections.size >= this.#settings.maxClients) {
        this.#disconnected.refused++;
        socket[Symbol.dispose]();
      } else {
        this.#open(socket);
      }
    }
  }

  #open(socket: Deno.TcpConn): void {
    try {
      socket.setNoDelay(true);
      socket.setKeepAlive(true);
    } catch (error) {
      this.#disconnected.lost++;
      socket[Symbol.dispose]();
      if (!isGone(error)) this.#settings.onError(error);
      return;
    }
    const connection = new Connection(
      socket,
      this.hub.subscribe(),
      this.#shared,
    );
    this.#connections.add(connection);
    connection.finished.then((ending) => {
      this.#connections.delete(connection);
      this.#disconnected[ending]++;
      this.#dropped += connection.channel.dropped;
    });
  }

  /** Disconnects clients that stall. */
  async #watch(): Promise<void> {
    if (this.#settings.stallTimeout === 0) return;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      // The wait ends early, by a rejection, only when the signal aborts.
      await delay(this.#settings.stallTimeout / BEATS, { signal }).catch(
        () => {},
      );
      for (const connection of this.#connections) connection.beat(BEATS);
    }
  }

  async #drain(): Promise<void> {
    const connections = [...this.#connections];
    const finished = Promise.all(
      connections.map((connection) => connection.finished),
    );
    for (const connection of connections) connection.drain();
    try {
      await deadline(finished, this.#settings.drainTimeout, {
        signal: this.#cut.signal,
      });
    } catch {
      // Too late, or told to end at once: either way, this is the end.
      for (const connection of connections) connection.close("cut");
      await finished;
    }
  }
}
