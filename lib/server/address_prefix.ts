/**
 * The network of an address: what counts as one place that clients come from. The
 * server counts clients by it. Its one rule: whoever has an address cannot make
 * others of it.
 *
 * @module
 */

/** An IPv4 address in IPv6 form, as an IPv6 listener shows IPv4 clients. */
const MAPPED = /^::ffff:(?<v4>\d+\.\d+\.\d+\.\d+)$/i;

/** Groups of 16 bits in an IPv6 address. */
const GROUPS = 8;

/** Of these, how many a provider gives to one subscriber at least: a /64. */
const NETWORK_GROUPS = 4;

/**
 * What clients at `addr` are counted by: an IPv4 address, in IPv6 form or not,
 * or the /64 of an IPv6 address; `undefined` where clients have no addresses.
 */
export function addressPrefix(addr: Deno.Addr): string | undefined {
  if (!("hostname" in addr)) return undefined;
  const { hostname } = addr;
  if (!hostname.includes(":")) return hostname;
  const v4 = hostname.match(MAPPED)?.groups?.["v4"];
  if (v4 !== undefined) return v4;
  const [head = "", tail] = hostname.split("::").map((half) =>
    half === "" ? [] : half.split(":")
  );
  const zeros = tail ? GROUPS - head.length - tail.length : 0;
  const groups = [...head, ...Array(zeros).fill("0"), ...tail ?? []];
  return `${groups.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}
