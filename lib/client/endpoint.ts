/**
 * Where a server is, as people write it: `127.0.0.1:8080`, `tls://HOST:PORT` or
 * `unix:PATH`. The client connects there.
 *
 * @module
 */
import { type Address, parseAddress } from "../wire/address.ts";

const TLS = "tls://";
const UNIX = "unix:";

/** Where a server is, and how it is spoken to. */
export type Endpoint =
  | Address & { readonly transport: "tcp" | "tls" }
  | { readonly transport: "unix"; readonly path: string };

/**
 * Reads an address.
 *
 * @throws {TypeError} If it is none, or has no port.
 * @throws {RangeError} If the port is not 0 to 65535.
 */
export function parseEndpoint(text: string): Endpoint {
  if (text.startsWith(TLS)) {
    return { transport: "tls", ...parseAddress(text.slice(TLS.length)) };
  }
  if (!text.startsWith(UNIX)) {
    return { transport: "tcp", ...parseAddress(text) };
  }
  const path = text.slice(UNIX.length);
  if (path === "") throw new TypeError("Cannot read the address: no path");
  return { transport: "unix", path };
}

/** How to connect. */
export interface ConnectToOptions {
  /** Gives up. */
  readonly signal: AbortSignal;
  /** Certificates to trust, as PEM. */
  readonly caCerts?: string[] | undefined;
}

/** Connects to `endpoint`, with TLS where it says so. */
export async function connectTo(
  endpoint: Endpoint,
  options: ConnectToOptions,
): Promise<Deno.Conn> {
  const { signal } = options;
  signal.throwIfAborted();
  if (endpoint.transport === "unix") return await Deno.connect(endpoint);
  const { hostname, port, transport } = endpoint;
  const socket = await Deno.connect({ hostname, port, signal });
  socket.setNoDelay(true);
  return transport === "tls"
    ? await encrypt(socket, hostname, options)
    : socket;
}

/** Makes the connection a TLS connection. */
async function encrypt(
  socket: Deno.TcpConn,
  hostname: string,
  { signal, caCerts }: ConnectToOptions,
): Promise<Deno.Conn> {
  let held: Deno.Conn = socket;
  const abort = () => held[Symbol.dispose]();
  signal.addEventListener("abort", abort);
  try {
    const encrypted = await Deno.startTls(socket, {
      hostname,
      ...caCerts && { caCerts },
    });
    held = encrypted;
    signal.throwIfAborted();
    await encrypted.handshake();
    return encrypted;
  } catch (error) {
    held[Symbol.dispose]();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
