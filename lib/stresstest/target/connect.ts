/**
 * The one place where an address becomes a connection. Servers are probed and clients
 * connected through it.
 *
 * @module
 */
import {
  connectTo,
  type Endpoint,
  formatEndpoint,
  parseEndpoint,
} from "@zillions/server/endpoint";
import { connectWebSocket, webSocketAddress } from "@zillions/server/websocket";

/** A connection that carries frames. Small messages are sent at once. */
export type Socket = Pick<Deno.Conn, "read" | "write"> & Disposable;

/** Where a node accepts connections. */
export type NodeAddress =
  | Endpoint
  | { readonly transport: "websocket"; readonly url: string };

/** Connects to an address. */
export type Connect = (
  address: NodeAddress,
  caCerts?: string[],
) => Promise<Socket>;

/**
 * Reads `IP:PORT`, `tls://HOST:PORT`, `unix:PATH`, or the URL of a WebSocket.
 *
 * @throws {Error} If it is none of these.
 */
export function parseNodeAddress(text: string): NodeAddress {
  if (!/^wss?:/.test(text)) return parseEndpoint(text);
  webSocketAddress(text); // which throws if it is none
  return { transport: "websocket", url: text };
}

/** Writes an address the way {@linkcode parseNodeAddress} reads it. */
export function formatNodeAddress(address: NodeAddress): string {
  return address.transport === "websocket"
    ? address.url
    : formatEndpoint(address);
}

/**
 * Connects to `address`.
 *
 * @param caCerts Certificates to trust, as PEM, besides those that Deno trusts.
 */
export function connect(
  address: NodeAddress,
  caCerts?: string[],
): Promise<Socket> {
  return address.transport === "websocket"
    ? connectWebSocket(address.url, { caCerts })
    : connectTo(address, { caCerts });
}
