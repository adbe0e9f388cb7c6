/**
 * The stats of a server. Connections and the server count; users and `--stats`
 * read. A count only grows, and stays when its client has left.
 *
 * @module
 */
import type { Channel } from "../hub/channel.ts";
import type { ClientLimit } from "./client_limits.ts";

/**
 * How a connection ended:
 *
 * - `ended`: the client ended its sending side and got what was broadcast for it;
 * - `truncated`: the same, but the client's last frame was cut short;
 * - `reset`: the connection broke;
 * - `invalid`: the client broke the protocol of its transport, as only WebSockets can;
 * - `stalled`: the client made no progress for the stall time-out;
 * - `drained`: the server shut down, and the client got everything;
 * - `aborted`: the server shut down, and the client did not get everything in time;
 * - `failed`: the publisher failed;
 * - `removed`: the program called `disconnect()` of the client.
 */
export type DisconnectReason =
  | "ended"
  | "truncated"
  | "reset"
  | "invalid"
  | "stalled"
  | "drained"
  | "aborted"
  | "failed"
  | "removed";

/** What passed through a server, or by one client, in whole messages and in bytes, headers included. */
export interface Traffic {
  /** Messages received from clients. */
  messagesIn: number;
  /** Bytes of these messages. */
  bytesIn: number;
  /** Messages sent to clients, once for each client: taken by the system, whole. */
  messagesOut: number;
  /** Bytes of these messages. */
  bytesOut: number;
}

/**
 * What a server has done since it started. Counts are exact and never reset; only
 * `clients` and `lag` describe this moment.
 *
 * Every accepted client is in exactly one of `clients`, `refused`,
 * `refusedPerAddress` and the reasons of `disconnected`.
 */
export interface Stats extends Traffic {
  /** Clients connected now. */
  clients: number;
  /** Messages that lagging clients lost, once for each client, including clients that left. */
  dropped: number;
  /** Messages that wait now for the client furthest behind. */
  lag: number;
  /** Clients that are no longer connected, by reason. */
  disconnected: Record<DisconnectReason, number>;
  /** Clients refused because `maxClients` were connected. */
  refused: number;
  /** Clients refused because `maxClientsPerAddress` were connected from their address. */
  refusedPerAddress: number;
  /**
   * Times that accepting failed and paused. A client that left before it was
   * accepted is no failure, and is not counted.
   */
  acceptErrors: number;
  /** Times that a client had to wait because it had sent `maxRate` messages in a second. */
  rateLimited: number;
  /** Failures that `onError` did not take, because it failed itself. */
  unreported: number;
}

/** Counts for {@linkcode Stats}. */
export class StatsCounter {
  /** Counted up by connections. */
  readonly traffic: Traffic = {
    messagesIn: 0,
    bytesIn: 0,
    messagesOut: 0,
    bytesOut: 0,
  };
  readonly disconnected: Record<DisconnectReason, number> = {
    ended: 0,
    truncated: 0,
    reset: 0,
    invalid: 0,
    stalled: 0,
    drained: 0,
    aborted: 0,
    failed: 0,
    removed: 0,
  };
  refused = 0;
  refusedPerAddress = 0;
  acceptErrors = 0;
  /** Messages dropped by the channels of clients that have left. */
  dropped = 0;

  /** Counts a refused client. */
  refuse(limit: ClientLimit): void {
    if (limit === "maxClients") this.refused++;
    else this.refusedPerAddress++;
  }

  /** The stats at this moment, with these channels open. */
  stats(
    channels: readonly Pick<Channel, "dropped" | "lag">[],
    { rateLimited, unreported }: Pick<Stats, "rateLimited" | "unreported">,
  ): Stats {
    return {
      clients: channels.length,
      ...this.traffic,
      dropped: channels.reduce(
        (sum, { dropped }) => sum + dropped,
        this.dropped,
      ),
      lag: channels.reduce((most, { lag }) => Math.max(most, lag), 0),
      acceptErrors: this.acceptErrors,
      rateLimited,
      unreported,
      refused: this.refused,
      refusedPerAddress: this.refusedPerAddress,
      disconnected: { ...this.disconnected },
    };
  }
}
