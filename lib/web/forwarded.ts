/**
 * Forwarded addresses: whose request it is that a proxy passes on.
 *
 * @module
 */

/** An IPv4 address in IPv6 form, as an IPv6 listener shows IPv4 clients. */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** Near enough to an IP address for a limit that is counted by it. */
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:.]*:[\da-f:.]*)$/i;

/**
 * The address of the client: of the peer itself, unless the peer is one of `proxies`.
 * Then it is the last entry of `X-Forwarded-For` that is not of a proxy, because each
 * proxy appends the address that it sees, and clients can write only what is before.
 *
 * @param peer The address that the connection comes from.
 * @param forwarded The header `X-Forwarded-For`, if there is one.
 */
export function clientAddress(
  peer: string,
  forwarded: string,
  proxies: readonly string[],
): string {
  let client = peer.replace(MAPPED, "");
  for (const entry of forwarded.split(",").reverse()) {
    if (!proxies.includes(client)) break;
    const address = entry.trim().replace(MAPPED, "");
    if (!ADDRESS.test(address)) break;
    client = address;
  }
  return client;
}
