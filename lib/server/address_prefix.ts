/**
 * The address prefix: the part of an address by which the server counts clients.
 * A client cannot make itself another prefix out of the addresses it has.
 *
 * @module
 */

/** An IPv4 address in IPv6 form, as an IPv6 listener shows IPv4 clients. */
const MAPPED = /^::ffff:(?<v4>\d+\.\d+\.\d+\.\d+)$/i;

/** Groups of 16 bits in an IPv6 address. */
const GROUPS = 8;

/** How many of these a provider assigns to a subscriber at least: a /64. */
const PREFIX_GROUPS = 4;

/**
 * The prefix of `addr`: an IPv4 address, in IPv6 form or not, or the /64 of an
 * IPv6 address; `undefined` where clients have no addresses.
 */
export function addressPrefix(addr: Deno.Addr): string | undefined {
  if (!("hostname" in addr)) return undefined;
  const { hostname } = addr;
  if (!hostname.includes(":")) return hostname;
  const v4 = hostname.match(MAPPED)?.groups?.["v4"];
  if (v4 !== undefined) return v4;
  const [head = [], tail = []] = hostname.split("::").map((half) =>
    half === "" ? [] : half.split(":")
  );
  const zeros = GROUPS - head.length - tail.length;
  const groups = [...head, ...Array(zeros).fill("0"), ...tail];
  return `${groups.slice(0, PREFIX_GROUPS).join(":")}::/64`;
}
