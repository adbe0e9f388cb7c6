/**
 * Where a server is, as people write it: `127.0.0.1:8080`, `tls://HOST:PORT` or
 * `unix:PATH`. The client connects there, and so does the stress tester.
 *
 * @module
 */
import { type Address, formatAddress, parseAddress } from "../wire/address.ts";

export type { Address };

const TLS = "tls://";
const UNIX = "unix:";

/** Where a server is, and how it is spoken to. */
export type Endpoint =
  | Address & { readonly transport: "tcp" | "tls" }
  | { readonly transport: "unix"; readonly path: string };

/**
 * Reads `IP:PORT`, `tls://HOST:PORT` or `unix:PATH`.
 *
 * @throws {TypeError} If it is none of these, or has no port.
 * @throws {RangeError} If the port is not 0 to 65535.
 *
 * @example Reading and writing where a server is
 * ```ts
 * import { formatEndpoint, parseEndpoint } from "@zillions/server/endpoint";
 * import { assertEquals } from "@std/assert";
 *
 * const endpoint = parseEndpoint("tls://localhost:8443");
 * assertEquals(endpoint.transport, "tls");
 * assertEquals(formatEndpoint(endpoint), "tls://localhost:8443");
 * ```
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

/** Writes an endpoint the way {@linkcode parseEndpoint} reads it. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.transport === "unix") return UNIX + endpoint.path;
  return (endpoint.transport === "tls" ? TLS : "") + formatAddress(endpoint);
}

/** Options of {@linkcode connectTo}. */
export interface ConnectToOptions {
  /** Gives up. */
  readonly signal?: AbortSignal;
  /** Certificates to trust, as PEM, besides those that Deno trusts. */
  readonly caCerts?: string[] | undefined;
}

/**
 * Connects a stream of bytes. It sends small messages at once.
 *
 * @throws {Deno.errors.ConnectionRefused} If no server listens there.
 * @throws {Deno.errors.InvalidData} If the server's certificate is not trusted.
 * @throws {Deno.errors.NotCapable} If the permissions do not cover the endpoint.
 */
export async function connectTo(
  endpoint: Endpoint,
  options: ConnectToOptions = {},
): Promise<Deno.Conn> {
  const { signal } = options;
  signal?.throwIfAborted();
  if (endpoint.transport === "unix") return await Deno.connect(endpoint);
  const { hostname, port, transport } = endpoint;
  const socket = await Deno.connect({
    hostname,
    port,
    ...signal && { signal },
  });
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
  signal?.addEventListener("abort", abort);
  try {
    const encrypted = await Deno.startTls(socket, {
      hostname,
      ...caCerts && { caCerts },
    });
    held = encrypted;
    signal?.throwIfAborted();
    await encrypted.handshake();
    return encrypted;
  } catch (error) {
    held[Symbol.dispose]();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
