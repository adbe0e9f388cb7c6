/**
 * The snapshot: all metrics of a server at one moment, with the names that `/stats` has.
 * `/metrics` is made of it, too.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };
import type { RoomStats } from "../nats/room.ts";
import type { Server, Stats } from "../server/serve.ts";
import { DELAY_BOUNDS } from "../server/delay_histogram.ts";
import type { WebStats } from "../web/serve_web.ts";
import type { ProcessUsage } from "./sampler.ts";

/** All metrics of a server at one moment. */
export interface Snapshot {
  /** The version of the package. */
  readonly version: string;
  /** When this was, in milliseconds since 1970. */
  readonly time: number;
  /** When the monitor started, likewise. */
  readonly started: number;
  /** Why the server is not ready for clients, if so. */
  readonly unready: string | undefined;
  /** What the server counts. */
  readonly server: Stats;
  /** The hub's memory in bytes, and the messages that were ever broadcast. */
  readonly hub: { readonly capacity: number; readonly broadcasts: number };
  /** How long broadcasts took to be sent to clients, in seconds. */
  readonly delay: {
    readonly count: number;
    readonly sum: number;
    /** Observations up to each bound, the smaller ones included. */
    readonly buckets: readonly {
      readonly le: number;
      readonly count: number;
    }[];
  };
  /** What the process uses. */
  readonly process: ProcessUsage;
  /** What the web side counts, if there is one. */
  readonly web: WebStats | undefined;
  /** What the room counts, on a node. */
  readonly room: RoomStats | undefined;
}

/** What metrics are taken of. */
export interface Sources {
  readonly server: Pick<Server, "stats" | "hub" | "measureDelays" | "draining">;
  readonly started: number;
  readonly process: ProcessUsage;
  readonly web: { stats(): WebStats } | undefined;
  readonly room: { stats(): RoomStats } | undefined;
}

/** All metrics now. */
export function takeSnapshot(
  { server, started, process, web, room }: Sources,
): Snapshot {
  const { counts, count, sum } = server.measureDelays();
  const { capacity, broadcasts } = server.hub;
  const roomStats = room?.stats();
  let below = 0;
  return {
    version: config.version,
    time: Date.now(),
    started,
    unready: server.draining
      ? "the server ends"
      : roomStats && !roomStats.engineUp
      ? "the engine is away"
      : undefined,
    server: server.stats(),
    hub: { capacity, broadcasts },
    delay: {
      count,
      sum,
      buckets: DELAY_BOUNDS.map((le, n) => ({
        le,
        count: below += counts[n]!,
      })),
    },
    process,
    web: web?.stats(),
    room: roomStats,
  };
}
