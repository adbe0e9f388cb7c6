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

/** Options of {@linkcode connect}. */
export interface ConnectOptions {
  /** Certificates to trust, as PEM, besides those that Deno trusts. */
  readonly caCerts?: string[] | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** Connects to an address. */
export type Connect = (
  address: NodeAddress,
  options: ConnectOptions,
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

/** Connects to `address`. */
export function connect(
  address: NodeAddress,
  { caCerts, signal }: ConnectOptions = {},
): Promise<Socket> {
  const options = { caCerts, ...signal && { signal } };
  return address.transport === "websocket"
    ? connectWebSocket(address.url, options)
    : connectTo(address, options);
}

/**
 * Lets `connecting` take as long as it is allowed to: a server whose queue is full
 * neither accepts nor refuses, for minutes.
 *
 * @param timeout Milliseconds.
 * @param stop Gives up before.
 * @param connecting Gives up when its signal aborts.
 * @throws {Deno.errors.TimedOut} If it takes longer.
 */
export async function connectInTime<T>(
  timeout: number,
  stop: AbortSignal,
  connecting: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    const text = `it accepted no connection within ${timeout / 1000} s`;
    late.abort(new Deno.errors.TimedOut(text));
  }, timeout);
  const signal = AbortSignal.any([stop, late.signal]);
  try {
    return await connecting(signal);
  } catch (error) {
    signal.throwIfAborted(); // whatever the connection made of it
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
