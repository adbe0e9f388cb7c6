/**
 * The listener: what a server accepts clients from. The server listens on an
 * address itself, or is given a listener: for TLS, a Unix socket, a test. From then
 * on only the server closes it.
 *
 * @module
 */

/** The address to listen on by default: this machine only. */
const DEFAULT_HOSTNAME = "127.0.0.1";

/** The port to listen on by default. */
const DEFAULT_PORT = 8080;

/** How many clients can wait to be accepted; the system may allow fewer. */
const BACKLOG = 4096;

/**
 * What a server accepts clients from: a `Deno.Listener`, or anything with the same
 * methods. Disposing closes it, and a pending `accept()` must settle then.
 */
export type Listener<A extends Deno.Addr = Deno.Addr> =
  & Pick<Deno.Listener<Deno.Conn, A>, "accept" | "addr">
  & Disposable;

/**
 * Listens on an address.
 *
 * @param how What does it; a test gives its own.
 */
export function listen(
  { hostname = DEFAULT_HOSTNAME, port = DEFAULT_PORT }: {
    hostname?: string;
    port?: number;
  },
  how: (options: Deno.TcpListenOptions) => Deno.TcpListener = Deno.listen,
): Deno.TcpListener {
  return how({ hostname, port, tcpBacklog: BACKLOG });
}
