/**
 * The server: a listener, a hub, and a connection for each client.
 *
 * ## Order
 * There is one order of all messages. Each client's own messages stand in it as the
 * client sent them. Each client receives a subsequence of it, its own messages
 * included.
 *
 * ## Backpressure
 * The server reads no more from a client before active clients had the chance to
 * take what it sent. So a client that keeps up loses nothing, however fast others
 * send. A client that floods delays a quiet client's message by some milliseconds.
 *
 * ## Lagging
 * A client slower than the rest loses the oldest messages that the hub can no longer
 * hold, always whole, exactly counted. It slows senders down to 16 MB/s and no
 * further, and not at all when it is stuck. A client that takes nothing and sends
 * nothing for the stall time-out, while data waits for it, is disconnected.
 *
 * ## Ending
 * A client that ends its sending side gets what was broadcast until then, its own
 * messages included, and then its connection ends. A frame that is cut short by the
 * end of its connection is discarded. A connection that breaks ends alone.
 *
 * ## Shutdown
 * The server accepts no more clients and reads no more messages. Each client gets
 * what waits for it, or as much as it takes within the drain time-out. Then the port
 * is free and nothing is left running.
 *
 * ## Bounds
 * Memory for messages: the hub's capacity. For each client: a read buffer of 512
 * bytes while idle and 8 KiB at most (64 KiB for 256 clients at a time), and, while
 * its write is stuck, the 64 KiB of the log that it writes, shared with those that
 * are stuck at the same position.
 * Clients: `maxClients`, `maxClientsPerAddress`, or the system's limit on
 * descriptors.
 *
 * ## Observing
 * {@linkcode Server.stats} has exact counts, `onEvent` reports what happens to
 * clients, `onError` what goes wrong. The library itself prints nothing.
 *
 * @module
 */
import type { Hub } from "../hub/hub.ts";
import { encode } from "../wire/frame.ts";
import type { ClientLimit } from "./client_limits.ts";
import { accepted } from "./accept.ts";
import type { ConnectedClient, EndedClient } from "./client.ts";
import { Clients } from "./clients.ts";
import type { DelayHistogram } from "./delay_histogram.ts";
import { listen, type Listener } from "./listener.ts";
import {
  type ResolvedOptions,
  resolveOptions,
  type ServeListenerOptions,
  type ServeOptions,
  type ServeTcpOptions,
} from "./options.ts";
import type { Stats } from "./stats.ts";
import { SocketTransport, type Transport } from "./transport.ts";

export type * from "./client.ts";
export type * from "./delay_histogram.ts";
export type * from "./events.ts";
export type { Channel, Clock, HubOptions, Run } from "../hub/hub.ts";
export type { DisconnectReason, Traffic } from "./stats.ts";
export { HubPublisher, type Publisher } from "./publisher.ts";
export {
  DEFAULT_DRAIN_TIMEOUT,
  DEFAULT_MAX_CLIENTS,
  DEFAULT_STALL_TIMEOUT,
  MAX_DURATION,
} from "./options.ts";
export type { ClientLimit, Hub, Listener, Stats, Transport };
export type { Notice } from "./transport.ts";
export type { ByteSource } from "../wire/framer.ts";
export type { ByteSink } from "../wire/write_all.ts";
export type { ServeListenerOptions, ServeOptions, ServeTcpOptions };

/** A running server. */
export interface Server<A extends Deno.Addr = Deno.NetAddr>
  extends AsyncDisposable {
  /** The address that the server listens on, with the real port. */
  readonly addr: A;
  /**
   * The hub that clients subscribe to. It is for subscribing, and for what it counts:
   * bytes that are broadcast on it must be whole frames, or every client loses its
   * place, and they do not go through the publisher.
   */
  readonly hub: Hub;
  /** Resolves when the server has ended and the port is free. Never rejects. */
  readonly finished: Promise<void>;
  /** The stats at this moment. */
  stats(): Stats;
  /** The clients that are connected, by number, as they are at any moment. */
  readonly clients: ReadonlyMap<number, ConnectedClient>;
  /** The newest 200 clients that have left, the newest last. */
  readonly ended: readonly EndedClient[];
  /** Whether the server ends: it takes no more clients and messages. */
  readonly draining: boolean;
  /**
   * Measures from the first call on how long broadcasts take to be sent to clients. The
   * hub's `onBroadcast` is used for it.
   *
   * @returns Counts that grow, the same with each call.
   */
  measureDelays(): DelayHistogram;
  /**
   * Adds a client that came another way than through the listener. The server treats
   * it like every other client, and owns the transport from then on.
   *
   * @returns Why the client is refused, if it is: a limit, or the server ends. Then
   * the transport is left as it is, for the caller to close.
   */
  add(transport: Transport): ClientLimit | "draining" | undefined;
  /**
   * Sends a message of the program's own to all clients, as if a client had sent it:
   * through the publisher, and so to the clients of all nodes.
   *
   * @param body 0 to 255 bytes; a string is sent as UTF-8.
   * @returns Resolves when more may be sent. It never rejects: a publisher that fails
   * is reported to `onError`.
   * @throws {RangeError} If the body is longer.
   * @throws {TypeError} If the body is something else.
   */
  broadcast(body: Uint8Array | string): Promise<void>;
  /**
   * Accepts no more clients, reads no more messages, sends each client what waits
   * for it, and closes. A second call, the signal or the drain time-out ends that.
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
 * import { connect, serve } from "@zillions/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = serve({ port: 0 });
 * using client = await connect(server.addr);
 * await client.send("knock knock");
 * for await (const body of client) {
 *   const text = new TextDecoder().decode(body);
 *   if (text === "knock knock") server.broadcast("who is there?");
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
  const resolved = resolveOptions(options);
  return "listener" in options
    ? new ListeningServer(options.listener, resolved, options.onListen)
    : new ListeningServer(listen(options), resolved, options.onListen);
}

class ListeningServer<A extends Deno.Addr> implements Server<A> {
  readonly addr: A;
  readonly hub: Hub;
  readonly finished: Promise<void>;
  readonly #listener: Listener<A>;
  readonly #clients: Clients;
  /** Aborted when the server stops accepting. */
  readonly #stop = new AbortController();
  /** Aborted to end without draining. */
  readonly #abort = new AbortController();
  /** Resolves when the listener could not be closed, and may accept for ever. */
  readonly #cannotClose = Promise.withResolvers<void>();
  #isDraining = false;

  constructor(
    listener: Listener<A>,
    options: ResolvedOptions,
    onListen?: (addr: A) => void,
  ) {
    this.addr = listener.addr;
    this.hub = options.hub;
    this.#listener = listener;
    this.#clients = new Clients(options);
    const { signal } = options;
    const abort = () => this.#end();
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    this.finished = this.#run().finally(() =>
      signal?.removeEventListener("abort", abort)
    );
    this.#clients.callbacks.call(onListen, this.addr);
  }

  stats(): Stats {
    return this.#clients.stats();
  }

  get clients(): ReadonlyMap<number, ConnectedClient> {
    return this.#clients.connected;
  }

  get ended(): readonly EndedClient[] {
    return this.#clients.ended;
  }

  get draining(): boolean {
    return this.#stop.signal.aborted;
  }

  measureDelays(): DelayHistogram {
    return this.#clients.measureDelays();
  }

  add(transport: Transport): ClientLimit | "draining" | undefined {
    return this.draining ? "draining" : this.#clients.add(transport);
  }

  broadcast(body: Uint8Array | string): Promise<void> {
    const run = { bytes: encode(body), count: 1 };
    return this.#clients.publish(run);
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
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    try {
      this.#listener[Symbol.dispose]();
    } catch (error) {
      this.#clients.callbacks.report(error);
      this.#cannotClose.resolve();
    }
  }

  /** Ends without draining. */
  #end(): void {
    this.#abort.abort();
    this.#stopAccepting();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const watching = Promise.all([
      this.#clients.watch(signal),
      this.#clients.limitRate(signal),
    ]);
    await Promise.race([this.#accept(), this.#cannotClose.promise]);
    this.#stopAccepting();
    this.#isDraining = true;
    await watching;
    await this.#clients.drain(this.#abort.signal);
  }

  async #accept(): Promise<void> {
    const sockets = accepted(this.#listener, {
      signal: this.#stop.signal,
      onFailure: (error, first) => this.#clients.acceptFailed(error, first),
    });
    for await (const socket of sockets) {
      if (this.#isDraining) socket[Symbol.dispose](); // it could not be closed
      else this.#add(socket);
    }
  }

  #add(socket: Deno.Conn): void {
    let transport: SocketTransport;
    try {
      transport = new SocketTransport(socket);
    } catch (error) {
      socket[Symbol.dispose]();
      this.#clients.addFailed(error);
      return;
    }
    if (this.#clients.add(transport)) transport.close();
  }
}
