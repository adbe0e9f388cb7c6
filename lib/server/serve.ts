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
 * longer hold, always whole, exactly counted. It slows the rest down to 16 MB/s of
 * messages and no further, and not at all when it is stuck. One that
 * neither takes a byte nor sends a message for the stall time-out while data waits
 * for it is disconnected.
 *
 * ## DisconnectReason
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
 * Clients: `maxClients`, `maxClientsPerAddress`, or the system's limit on
 * descriptors.
 *
 * ## Being told
 * {@linkcode Server.stats} has exact counts, `onEvent` is told what happens to
 * clients, and `onError` what goes wrong. The library itself prints nothing.
 *
 * @module
 */
import { accepted } from "./accept.ts";
import type { DisconnectReason, Publish, Traffic } from "./connection.ts";
import type { Stats } from "./stats.ts";
import type { Hub } from "../hub/hub.ts";
import { listen, type Listener } from "./listener.ts";
import {
  type ServeListenerOptions,
  type ServeOptions,
  type ServeTcpOptions,
  type Settings,
  settle,
} from "./options.ts";
import type { Limit } from "./client_limits.ts";
import { Clients } from "./clients.ts";

export type { DisconnectReason, Hub, Limit, Listener, Publish, Stats, Traffic };
export type { ServeListenerOptions, ServeOptions, ServeTcpOptions };
export type * from "./events.ts";
export type { Channel, HubOptions, Run } from "../hub/hub.ts";
export {
  DEFAULT_DRAIN_TIMEOUT,
  DEFAULT_MAX_CLIENTS,
  DEFAULT_STALL_TIMEOUT,
} from "./options.ts";

/** A running server. */
export interface Server<A extends Deno.Addr = Deno.NetAddr>
  extends AsyncDisposable {
  /** The address that is listened on, with the real port. */
  readonly addr: A;
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
 * Serves on a listener, until {@linkcode Server.shutdown} or the signal, or until
 * somebody else closes the listener.
 *
 * @throws {RangeError} If a number is out of its bounds.
 * @throws {TypeError} If there is a listener and an address.
 */
export function serve<A extends Deno.Addr>(
  options: ServeListenerOptions<A>,
): Server<A>;
/**
 * Listens on an address and serves, until {@linkcode Server.shutdown} or the signal.
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
export function serve(options?: ServeTcpOptions): Server;
export function serve<A extends Deno.Addr>(
  options: ServeTcpOptions | ServeListenerOptions<A> = {},
): Server<Deno.NetAddr> | Server<A> {
  const settings = settle(options);
  return "listener" in options
    ? new ListeningServer(options.listener, settings, options.onListen)
    : new ListeningServer(listen(options), settings, options.onListen);
}

class ListeningServer<A extends Deno.Addr> implements Server<A> {
  readonly addr: A;
  readonly hub: Hub;
  readonly finished: Promise<void>;
  readonly #listener: Listener<A>;
  readonly #roster: Clients;
  /** Aborted when the server stops accepting. */
  readonly #stop = new AbortController();
  /** Aborted when draining is over. */
  readonly #cut = new AbortController();

  constructor(
    listener: Listener<A>,
    settings: Settings,
    onListen?: (addr: A) => void,
  ) {
    this.addr = listener.addr;
    this.hub = settings.hub;
    this.#listener = listener;
    this.#roster = new Clients(settings);
    const { signal } = settings;
    const abort = () => this.#end();
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    this.finished = this.#run().finally(() =>
      signal?.removeEventListener("abort", abort)
    );
    onListen?.(this.addr);
  }

  stats(): Stats {
    return this.#roster.stats();
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
    const watching = this.#roster.watch(this.#stop.signal);
    await this.#accept();
    this.#stopAccepting();
    await watching;
    await this.#roster.drain(this.#cut.signal);
  }

  async #accept(): Promise<void> {
    const connections = accepted(this.#listener, {
      signal: this.#stop.signal,
      onFailure: (error, first) => this.#roster.miss(error, first),
    });
    for await (const connection of connections) this.#roster.admit(connection);
  }
}
