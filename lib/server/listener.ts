/**
 * The listener: what a server accepts clients from. It listens on an address
 * itself, or is given something that listens: for TLS, a Unix socket, a test. Its
 * one rule: from then on it is the server's, and only the server closes it.
 *
 * @module
 */

/** The address that is listened on unless said otherwise: this machine's own. */
const DEFAULT_HOSTNAME = "127.0.0.1";

/** The port that is listened on unless said otherwise. */
const DEFAULT_PORT = 8080;

/** How many clients the system lets wait to be accepted; it may allow fewer. */
const BACKLOG = 4096;

/**
 * What a server accepts from: any `Deno.Listener`, or something like it. Disposing
 * closes it, and a pending `accept()` must settle then.
 */
export type Listener<A extends Deno.Addr = Deno.Addr> =
  & Pick<Deno.Listener<Deno.Conn, A>, "accept" | "addr">
  & Disposable;

/** Listens on an address. */
export function listen(
  { hostname = DEFAULT_HOSTNAME, port = DEFAULT_PORT }: {
    hostname?: string;
    port?: number;
  },
): Deno.TcpListener {
  return Deno.listen({ hostname, port, tcpBacklog: BACKLOG });
}

/**
 * Makes a TCP connection send small messages at once, and find out, in hours,
 * that a silent peer's machine is gone. Deno offers neither for TLS.
 */
export function tune(connection: Deno.Conn | Deno.TcpConn): void {
  if (!("setNoDelay" in connection)) return;
  connection.setNoDelay(true);
  connection.setKeepAlive(true);
}
