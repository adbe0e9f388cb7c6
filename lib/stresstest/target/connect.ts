/**
 * The one place where an address becomes a connection. Servers are probed and clients
 * connected through it.
 *
 * @module
 */
import type { Address } from "@zillions/server/address";

/** A connection that carries frames. */
export type Socket =
  & Pick<Deno.TcpConn, "read" | "write" | "setNoDelay">
  & Disposable;

/** Connects to an address. */
export type Connect = (address: Address) => Promise<Socket>;

/** Connects to `address` over TCP. */
export function connect(address: Address): Promise<Socket> {
  return Deno.connect(address);
}
