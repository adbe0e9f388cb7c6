/**
 * Connecting: to a server, or to the first of several that is there. Programs call it,
 * and so do our own commands.
 *
 * @module
 */
import { type Address, formatAddress } from "../wire/address.ts";
import { describeType } from "../wire/bytes.ts";
import { Client } from "./client.ts";
import { connectTo, type Endpoint, parseEndpoint } from "./endpoint.ts";

export type { Address };

/** Timers of the runtime can wait no longer, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Options of {@linkcode connect}. */
export interface ConnectOptions {
  /** Gives up connecting. Once connected, it has no effect. */
  signal?: AbortSignal;
  /**
   * How long one server is waited for, in milliseconds, 1 to 2 ** 31 - 1; then it is not
   * there. As long as the system waits, if not given: two minutes, or with TLS for ever.
   */
  timeout?: number;
  /** Certificates to trust with `tls://`, as PEM, besides those that Deno trusts. */
  caCerts?: string[];
  /** Called with each server of several that is not there, before the next is tried. */
  onUnavailable?: (address: string, error: unknown) => void;
}

/**
 * Connects to a server, or to the first of several that is there: nodes of one room.
 *
 * @param address `IP:PORT` as text, or its parts; `tls://HOST:PORT`; `unix:PATH`; or
 * several of them.
 * @throws {TypeError} If one is not an address with a port, or there is none.
 * @throws {RangeError} If a port or the time-out is out of range.
 * @throws {Deno.errors.ConnectionRefused} If no server listens there; of several, the
 * error is the last one's.
 * @throws {Deno.errors.TimedOut} If a server does not answer in time.
 * @throws {Deno.errors.InvalidData} If the server's certificate is not trusted.
 * @throws {Deno.errors.NotCapable} If `--allow-net` does not cover the address.
 *
 * @example Saying something and hearing it
 * ```ts
 * import { connect } from "@zillions/server/client";
 * import { serve } from "@zillions/server/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = serve({ port: 0 });
 * using client = await connect(server.addr);
 * await client.send("hello");
 * await client.closeWrite();
 * for await (const body of client) {
 *   assertEquals(new TextDecoder().decode(body), "hello");
 * }
 * ```
 */
export async function connect(
  address: string | Address | readonly (string | Address)[],
  options: ConnectOptions = {},
): Promise<Client> {
  const list = Array.isArray(address) ? address : [address];
  const names = list.map(nameOf);
  const endpoints = names.map((name) => parseEndpoint(name));
  if (names.length === 0) {
    throw new TypeError("Cannot connect: there is no address");
  }
  const { timeout } = options;
  if (timeout !== undefined && !isTimeout(timeout)) {
    throw new RangeError(
      `Cannot connect with a timeout of ${timeout}: it is a whole number from 1 to ${MAX_TIMEOUT}`,
    );
  }
  for (let n = 0;; n++) {
    try {
      return new Client(await connectInTime(endpoints[n]!, options), names[n]!);
    } catch (error) {
      const isFinal = n === names.length - 1 || options.signal?.aborted ||
        error instanceof Deno.errors.NotCapable;
      if (isFinal) throw error;
      options.onUnavailable?.(names[n]!, error);
    }
  }
}

/** An address as text. From JavaScript, anything may come. */
function nameOf(address: string | Address): string {
  if (typeof address === "string") return address;
  if (typeof address?.hostname === "string") return formatAddress(address);
  throw new TypeError(
    `Cannot connect to ${
      describeType(address)
    }: an address is text, or has a hostname and a port`,
  );
}

function isTimeout(timeout: number): boolean {
  return Number.isInteger(timeout) && timeout >= 1 && timeout <= MAX_TIMEOUT;
}

/** Connects, or gives up after the time-out. */
async function connectInTime(
  endpoint: Endpoint,
  { signal, timeout, caCerts }: ConnectOptions,
): Promise<Deno.Conn> {
  const late = new AbortController();
  const timer = timeout && setTimeout(() => {
    const seconds = timeout / 1000;
    late.abort(new Deno.errors.TimedOut(`No answer within ${seconds} s`));
  }, timeout);
  const signals = signal ? [signal, late.signal] : [late.signal];
  try {
    return await connectTo(endpoint, {
      signal: AbortSignal.any(signals),
      caCerts,
    });
  } finally {
    clearTimeout(timer);
  }
}
