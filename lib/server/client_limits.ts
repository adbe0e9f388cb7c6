/**
 * ClientLimits: how many clients there may be, in all and from one address. The server
 * asks before it lets one in. Its one rule: who was given a place holds it until
 * it is given back.
 *
 * @module
 */
import { addressPrefix } from "./address_prefix.ts";

/** The limit that leaves no place for a client. */
export type Limit = "maxClients" | "maxClientsPerAddress";

/** The places of a server. */
export class ClientLimits {
  readonly #limits: Readonly<Record<Limit, number>>;
  #taken = 0;
  /** ClientLimits taken by network; empty while there is no limit on that. */
  readonly #takenBy = new Map<string, number>();

  constructor(limits: Readonly<Record<Limit, number>>) {
    this.#limits = limits;
  }

  /** Takes a place for a client at `addr`, or says which limit leaves none. */
  take(addr: Deno.Addr): Limit | undefined {
    if (this.#taken >= this.#limits.maxClients) return "maxClients";
    const network = this.#counted(addr);
    if (network !== undefined) {
      const taken = this.#takenBy.get(network) ?? 0;
      if (taken >= this.#limits.maxClientsPerAddress) {
        return "maxClientsPerAddress";
      }
      this.#takenBy.set(network, taken + 1);
    }
    this.#taken++;
    return undefined;
  }

  /** Gives back a place that was taken for `addr`. */
  leave(addr: Deno.Addr): void {
    this.#taken--;
    const network = this.#counted(addr);
    if (network === undefined) return;
    const left = this.#takenBy.get(network)! - 1;
    if (left > 0) this.#takenBy.set(network, left);
    else this.#takenBy.delete(network);
  }

  #counted(addr: Deno.Addr): string | undefined {
    const { maxClients, maxClientsPerAddress } = this.#limits;
    return maxClientsPerAddress < maxClients ? addressPrefix(addr) : undefined;
  }
}
