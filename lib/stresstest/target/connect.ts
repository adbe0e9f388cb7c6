/**
 * The one place where an address becomes a connection. Servers are probed and clients
 * connected through it.
 *
 * @module
 */
import type { Address } from "@zillions/server/address";
import { connectWebSocket } from "@zillions/server/websocket";

/** A connection that carries frames. */
export type Socket =
  & Pick<Deno.TcpConn, "read" | "write" | "setNoDelay">
  & Disposable;

/** The address of a node, which may be that of a WebSocket. */
export interface NodeAddress extends Address {
  /** The URL of the WebSocket. */
  readonly webSocket?: string;
}

/** Connects to an address. */
export type Connect = (address: NodeAddress) => Promise<Socket>;

/** Connects to `address`, over TCP unless it is a WebSocket's. */
export function connect(address: NodeAddress): Promise<Socket> {
  const { webSocket } = address;
  return webSocket ? connectWebSocket(webSocket) : Deno.connect(address);
}
