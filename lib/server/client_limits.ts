/**
 * The client limits: how many clients there may be, in all and from one address.
 * The server asks before it adds a client.
 *
 * @module
 */
import { addressPrefix } from "./address_prefix.ts";

/** The limit that refuses a client. */
export type ClientLimit = "maxClients" | "maxClientsPerAddress";

/** Counts clients against the limits. */
export class ClientLimits {
  readonly #limits: Readonly<Record<ClientLimit, number>>;
  #clients = 0;
  /** Clients by address prefix; empty while there is no limit on that. */
  readonly #clientsFrom = new Map<string, number>();

  constructor(limits: Readonly<Record<ClientLimit, number>>) {
    this.#limits = limits;
  }

  /** Counts a client from `addr`, or returns the limit that refuses it. */
  admit(addr: Deno.Addr): ClientLimit | undefined {
    if (this.#clients >= this.#limits.maxClients) return "maxClients";
    const prefix = this.#countedPrefix(addr);
    if (prefix !== undefined) {
      const clients = this.#clientsFrom.get(prefix) ?? 0;
      if (clients >= this.#limits.maxClientsPerAddress) {
        return "maxClientsPerAddress";
      }
      this.#clientsFrom.set(prefix, clients + 1);
    }
    this.#clients++;
    return undefined;
  }

  /** Uncounts an admitted client from `addr`. */
  release(addr: Deno.Addr): void {
    this.#clients--;
    const prefix = this.#countedPrefix(addr);
    if (prefix === undefined) return;
    const left = this.#clientsFrom.get(prefix)! - 1;
    if (left > 0) this.#clientsFrom.set(prefix, left);
    else this.#clientsFrom.delete(prefix);
  }

  #countedPrefix(addr: Deno.Addr): string | undefined {
    const { maxClients, maxClientsPerAddress } = this.#limits;
    return maxClientsPerAddress < maxClients ? addressPrefix(addr) : undefined;
  }
}
