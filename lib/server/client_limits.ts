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
  /** Clients by address prefix, those without addresses together. */
  readonly #clientsFrom: Map<string | undefined, number>;
  #clients = 0;

  /** @param clientsFrom Where clients are counted by address prefix. */
  constructor(
    limits: Readonly<Record<ClientLimit, number>>,
    clientsFrom = new Map<string | undefined, number>(),
  ) {
    this.#limits = limits;
    this.#clientsFrom = clientsFrom;
  }

  /** Counts a client from `addr`, or returns the limit that refuses it. */
  admit(addr: Deno.Addr): ClientLimit | undefined {
    const { maxClients, maxClientsPerAddress } = this.#limits;
    if (this.#clients >= maxClients) return "maxClients";
    const prefix = addressPrefix(addr);
    const clients = this.#clientsFrom.get(prefix) ?? 0;
    if (prefix !== undefined && clients >= maxClientsPerAddress) {
      return "maxClientsPerAddress";
    }
    this.#clientsFrom.set(prefix, clients + 1);
    this.#clients++;
    return undefined;
  }

  /** Uncounts an admitted client from `addr`. */
  release(addr: Deno.Addr): void {
    this.#clients--;
    const prefix = addressPrefix(addr);
    const left = this.#clientsFrom.get(prefix)! - 1;
    if (left > 0) this.#clientsFrom.set(prefix, left);
    else this.#clientsFrom.delete(prefix);
  }
}
