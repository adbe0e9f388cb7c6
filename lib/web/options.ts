/**
 * The options of the web side.
 *
 * @module
 */
import type { Assets } from "../http/assets.ts";
import type { Listener } from "../server/serve.ts";

/** Options of `serveWeb()`. */
export interface WebOptions {
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
   * @default {8000}
   */
  port?: number;
  /** Where to accept connections instead. The web side closes it at its end. */
  listener?: Listener<Deno.NetAddr>;
  /** Origins besides the server's own whose pages may connect: `https://chat.example`. */
  origins?: readonly string[];
  /**
   * Names of the server, without ports. It answers to these, to IP addresses, to
   * `localhost` and to `hostname`.
   */
  hosts?: readonly string[];
  /**
   * IP addresses of proxies, whose `X-Forwarded-For` is believed, so that limits and
   * events know the clients' own addresses.
   */
  proxies?: readonly string[];
  /**
   * The files of another page, by their paths from the page on; the empty one is the
   * page itself.
   */
  assets?: Assets;
  /** Called with failures that the web side survives, such as that accepting paused. */
  onError?: (error: unknown) => void;
}
