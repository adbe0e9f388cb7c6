/**
 * The clients that have left, for people who watch a server. Only the newest are
 * remembered, so that they take a bounded amount of memory.
 *
 * @module
 */
import type { ConnectedClient, EndedClient } from "./client.ts";
import type { DisconnectReason } from "./stats.ts";

/** How many are remembered. */
const MAX_ENDED = 200;

/** Remembers the newest clients that have left. */
export class EndedClients {
  /** The newest last. */
  readonly list: EndedClient[] = [];

  /** Remembers a client as it is now. */
  add(client: ConnectedClient, reason: DisconnectReason): void {
    const { remoteAddr, protocol, since, dropped } = client;
    const { messagesIn, bytesIn, messagesOut, bytesOut } = client;
    this.list.push({
      ...{ client: client.client, remoteAddr, protocol, since },
      ...{ until: Date.now(), reason },
      ...{ messagesIn, bytesIn, messagesOut, bytesOut, dropped },
    });
    if (this.list.length > MAX_ENDED) this.list.shift();
  }
}
