/**
 * The figures of a server: what it counts. Connections and the server count, users
 * and `--stats` read. Its one rule: a count only ever grows, and nothing that is
 * counted is forgotten when its client leaves.
 *
 * @module
 */
import type { Channel } from "../hub/channel.ts";
import type { DisconnectReason, Traffic } from "./connection.ts";
import type { Limit } from "./client_limits.ts";

/**
 * What a server has done since it began: counts that are exact and never reset.
 * Only `clients` and `lag` are of this moment.
 *
 * Whoever was accepted is in one of `clients`, `refused`, `refusedPerAddress` and
 * the endings of `disconnected`.
 */
export interface Stats extends Traffic {
  /** Clients connected now. */
  clients: number;
  /** Messages that lagging clients lost, those of clients that have left included. */
  dropped: number;
  /** Messages that wait, now, for the client that is furthest behind. */
  lag: number;
  /** Clients that are no longer connected, by how it ended. */
  disconnected: Record<DisconnectReason, number>;
  /** Clients turned away because there were `maxClients`. */
  refused: number;
  /** Clients turned away because `maxClientsPerAddress` came from their address. */
  refusedPerAddress: number;
  /**
   * Times that accepting failed and paused. A peer that was gone before it was
   * accepted is no failure, and counted nowhere.
   */
  acceptErrors: number;
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
    stalled: 0,
    drained: 0,
    aborted: 0,
    failed: 0,
  };
  refused = 0;
  refusedPerAddress = 0;
  acceptErrors = 0;
  /** Messages dropped by channels of clients that have left. */
  dropped = 0;

  refuse(limit: Limit): void {
    if (limit === "maxClients") this.refused++;
    else this.refusedPerAddress++;
  }

  /** The figures at this moment, when these channels are open. */
  stats(channels: readonly Pick<Channel, "dropped" | "lag">[]): Stats {
    return {
      clients: channels.length,
      ...this.traffic,
      dropped: channels.reduce(
        (sum, { dropped }) => sum + dropped,
        this.dropped,
      ),
      lag: channels.reduce((most, { lag }) => Math.max(most, lag), 0),
      acceptErrors: this.acceptErrors,
      refused: this.refused,
      refusedPerAddress: this.refusedPerAddress,
      disconnected: { ...this.disconnected },
    };
  }
}
