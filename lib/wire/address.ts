/**
 * Addresses as people write them: `127.0.0.1:8080`, `[::1]:8080`. Commands and
 * clients read them, and everything that prints an address writes them so.
 *
 * @module
 */
import { escape } from "./escape.ts";

/** An IP address or host name, and a port. */
export interface Address {
  /** Without brackets. */
  hostname: string;
  /** 0 to 65535. */
  port: number;
}

/** The largest port. */
export const MAX_PORT = 65535;

const SHAPE =
  /^(?:\[(?<v6>[^[\]]*)\]|(?<host>[^:[\]\s\p{Cc}]*))(?::(?<port>\d+))?$/u;

/** Near enough to tell what was meant; the system has the last word. */
const IPV6 = /^[\da-f:.]*:[\da-f:.]*(?:%\w+)?$/i;

/**
 * Reads `HOST:PORT`; an IPv6 address stands in brackets. It looks nothing up: the
 * host name may not exist.
 *
 * @throws {TypeError} If it is not an address with a port.
 * @throws {RangeError} If the port is not 0 to 65535.
 *
 * @example Reading and writing an address
 * ```ts
 * import { formatAddress, parseAddress } from "@zillions/server/address";
 * import { assertEquals } from "@std/assert";
 *
 * const address = parseAddress("[::1]:8080");
 * assertEquals(address, { hostname: "::1", port: 8080 });
 * assertEquals(formatAddress(address), "[::1]:8080");
 * ```
 */
export function parseAddress(text: string): Address {
  if (text === "") throw new TypeError("Cannot read the address: it is empty");
  const quoted = `"${escape(text)}"`;
  const { v6, host, port } = text.match(SHAPE)?.groups ?? {};
  const hostname = v6 ?? host;
  if (hostname === undefined) {
    throw new TypeError(
      `Cannot read the address ${quoted}: it is IP:PORT, with brackets around an IPv6 address`,
    );
  }
  if (hostname === "" || v6 !== undefined && !IPV6.test(v6)) {
    throw new TypeError(
      `Cannot read the address ${quoted}: it has no IP address`,
    );
  }
  if (port === undefined) {
    throw new TypeError(
      `Cannot read the address ${quoted}: it has no port`,
    );
  }
  if (Number(port) > MAX_PORT) {
    throw new RangeError(
      `Cannot read the address ${quoted}: the port is 0 to ${MAX_PORT}`,
    );
  }
  return { hostname, port: Number(port) };
}

/** Writes an address the way {@linkcode parseAddress} reads it. */
export function formatAddress({ hostname, port }: Address): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}
