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

/** Connects to `endpoint`, with TLS where it says so. */
export async function connectTo(
  endpoint: Endpoint,
  { signal, caCerts }: { signal?: AbortSignal; caCerts?: string[] },
): Promise<Deno.Conn> {
  if (endpoint.transport === "unix") return await Deno.connect(endpoint);
  const { hostname, port } = endpoint;
  const socket = await Deno.connect({
    hostname,
    port,
    ...signal && { signal },
  });
  socket.setNoDelay(true);
  if (endpoint.transport === "tcp") return socket;
  const encrypted = await Deno.startTls(socket, {
    hostname,
    ...caCerts && { caCerts },
  });
  const abort = () => encrypted.close();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await encrypted.handshake();
    return encrypted;
  } catch (error) {
    encrypted[Symbol.dispose]();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
