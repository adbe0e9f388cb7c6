/**
 * A running server: what a program sees of it, and what it does between its start and
 * its end. It accepts clients, and hands each to its clients, which do the rest.
 *
 * @module
 */
import type { Hub } from "../hub/hub.ts";
import { encode } from "../wire/frame.ts";
import { accepted } from "./accept.ts";
import type { ClientLimit } from "./client_limits.ts";
import type { ConnectedClient, EndedClient } from "./client.ts";
import { Clients } from "./clients.ts";
import type { DelayHistogram } from "./delay_histogram.ts";
import type { Listener } from "./listener.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Stats } from "./stats.ts";
import { SocketTransport, type Transport } from "./transport.ts";

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

/** A server on a listener, which it closes at its end. */
export class ListeningServer<A extends Deno.Addr> implements Server<A> {
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
