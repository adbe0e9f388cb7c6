/**
 * The options of the monitor.
 *
 * @module
 */
import type { Assets } from "../http/assets.ts";
import type { RoomStats } from "../nats/room.ts";
import type { Listener } from "../server/serve.ts";
import type { WebStats } from "../web/serve_web.ts";

/** Options of `serveMonitor()`. */
export interface MonitorOptions {
  /**
   * The IP address to listen on, IPv6 without brackets; or a host name, of which the
   * first address counts.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port; 0 picks a free one.
   *
   * @default {9000}
   */
  port?: number;
  /** Where to accept connections instead. The monitor closes it at its end. */
  listener?: Listener<Deno.NetAddr>;
  /**
   * Names of the monitor, without ports. It answers to these, to IP addresses, to
   * `localhost` and to `hostname`.
   */
  hosts?: readonly string[];
  /** The web side, if there is one, whose counts are shown, too. */
  web?: { stats(): WebStats };
  /** The room, if the server is a node: its counts are shown, too. */
  room?: { stats(): RoomStats };
  /**
   * The files of another page, by their paths from the page on; the empty one is the
   * page itself.
   */
  assets?: Assets;
  /** Called with failures that the monitor survives, such as that accepting paused. */
  onError?: (error: unknown) => void;
}
