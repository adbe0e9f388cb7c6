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
 * hold, always whole, exactly counted. It slows senders down to 15 MiB/s and no
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
import { listen, type Listener } from "./listener.ts";
import {
  resolveOptions,
  type ServeListenerOptions,
  type ServeOptions,
  type ServeTcpOptions,
} from "./options.ts";
import { ListeningServer, type Server } from "./server.ts";

export type * from "./client.ts";
export type * from "./delay_histogram.ts";
export type * from "./events.ts";
export type { Channel, Clock, Hub, HubOptions, Run } from "../hub/hub.ts";
export type { ClientLimit } from "./client_limits.ts";
export type { DisconnectReason, Stats, Traffic } from "./stats.ts";
export { HubPublisher, type Publisher } from "./publisher.ts";
export {
  DEFAULT_DRAIN_TIMEOUT,
  DEFAULT_MAX_CLIENTS,
  DEFAULT_STALL_TIMEOUT,
  MAX_DURATION,
} from "./options.ts";
export type { Notice, Transport } from "./transport.ts";
export type { ByteSource } from "../wire/framer.ts";
export type { ByteSink } from "../wire/write_all.ts";
export type { Listener, Server };
export type { ServeListenerOptions, ServeOptions, ServeTcpOptions };

/**
 * Serves on a listener, until {@linkcode Server.shutdown} or the signal, or until
 * somebody else closes the listener.
 *
 * @throws {RangeError} If a number is out of its bounds.
 * @throws {TypeError} If there is a listener and an address, or an option has not its type.
 */
export function serve<A extends Deno.Addr>(
  options: ServeListenerOptions<A>,
): Server<A>;
/**
 * Listens on an address and serves, until {@linkcode Server.shutdown} or the signal.
 *
 * @throws {RangeError} If a number is out of its bounds.
 * @throws {TypeError} If an option has not its type.
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
