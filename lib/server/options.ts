/**
 * The options of a server: what they mean, their defaults and bounds. The server
 * reads them through {@linkcode settle}. Its one rule: nothing out of its bounds
 * gets past here.
 *
 * @module
 */
import type { Publish } from "./connection.ts";
import type { ServerEvent } from "./events.ts";
import { Hub } from "../hub/hub.ts";
import type { Listener } from "./listener.ts";
import { publisher } from "./publisher.ts";

/** The most clients of a server that is not given a limit. */
export const DEFAULT_MAX_CLIENTS = 65_536;

/** How long a client may stall, in milliseconds, unless said otherwise. */
export const DEFAULT_STALL_TIMEOUT = 60_000;

/** How long draining may take, in milliseconds, unless said otherwise. */
export const DEFAULT_DRAIN_TIMEOUT = 5_000;

/** Options of `serve()`, whatever it listens on. */
export interface ServeOptions<A extends Deno.Addr = Deno.NetAddr> {
  /**
   * The hub that clients are joined to. Give one to set its capacity, to
   * broadcast or subscribe from the program itself, or to join other servers.
   *
   * @default {new Hub()}
   */
  hub?: Hub;
  /**
   * Where clients' runs go. Give one to put another engine between reading and
   * broadcasting.
   *
   * @default broadcasts on the hub, then waits until subscribers were offered it
   */
  publish?: Publish;
  /**
   * The most clients at a time; one more is accepted and closed at once. The
   * limit on open descriptors may be lower.
   *
   * @default {65536}
   */
  maxClients?: number;
  /**
   * The most clients at a time from one address; one more is accepted and closed
   * at once. An IPv6 network of 64 bits is one address, and an IPv4 address is the
   * same in IPv6 form. Where clients have no addresses, as on a Unix socket, it
   * limits nothing.
   *
   * @default `maxClients`, so no limit of its own
   */
  maxClientsPerAddress?: number;
  /**
   * Milliseconds after which a client is disconnected that neither takes a byte
   * nor sends a message while data waits for it; noticed up to a quarter later, or
   * a second if that is less. 0: never.
   *
   * @default {60000}
   */
  stallTimeout?: number;
  /**
   * Milliseconds that `Server.shutdown()` lets clients take what waits
   * for them.
   *
   * @default {5000}
   */
  drainTimeout?: number;
  /** Ends the server at once, without draining, when it aborts. */
  signal?: AbortSignal;
  /** Called once, with the address that is listened on. */
  onListen?: (addr: A) => void;
  /**
   * Called with failures that the server survives: accepting paused, `publish`
   * threw. A client that goes away, however rudely, is none.
   *
   * @default nobody is told
   */
  onError?: (error: unknown) => void;
  /**
   * Called with what happens to clients: one came, lags, has caught up, left, was
   * turned away. If it throws, `onError` is told.
   *
   * @default nobody is told
   */
  onEvent?: (event: ServerEvent) => void;
}

/** Options of `serve()` on an address. */
export interface ServeTcpOptions extends ServeOptions {
  /**
   * The IP address to listen on, or a host name, of which the first address is
   * taken. IPv6 without brackets.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port; 0 picks a free one.
   *
   * @default {8080}
   */
  port?: number;
}

/** Options of `serve()` with a listener. */
export interface ServeListenerOptions<A extends Deno.Addr>
  extends ServeOptions<A> {
  /** What to accept clients from, from now on the server's: it closes it at its end. */
  listener: Listener<A>;
}

/** Options, each with a value, but for what has no default. */
export type Settings =
  & Required<Omit<ServeOptions, "signal" | "onListen" | "onEvent">>
  & Pick<ServeOptions, "signal" | "onEvent">;

/**
 * The options in force, but for where to listen.
 *
 * @throws {RangeError} If a number is out of its bounds.
 * @throws {TypeError} If there is a listener and an address.
 */
export function settle<A extends Deno.Addr>(
  options: ServeTcpOptions | ServeListenerOptions<A>,
): Settings {
  if ("listener" in options && ("hostname" in options || "port" in options)) {
    throw new TypeError(
      "Cannot serve with a listener and an address: it is one or the other",
    );
  }
  const {
    hub = new Hub(),
    publish = publisher(hub),
    maxClients = DEFAULT_MAX_CLIENTS,
    maxClientsPerAddress = maxClients,
    stallTimeout = DEFAULT_STALL_TIMEOUT,
    drainTimeout = DEFAULT_DRAIN_TIMEOUT,
    onError = () => {},
    ...rest
  } = options;
  whole("maxClients", maxClients, 1);
  whole("maxClientsPerAddress", maxClientsPerAddress, 1);
  whole("stallTimeout", stallTimeout, 0);
  whole("drainTimeout", drainTimeout, 0);
  return {
    ...rest,
    hub,
    publish,
    maxClients,
    maxClientsPerAddress,
    stallTimeout,
    drainTimeout,
    onError,
  };
}

function whole(name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return;
  throw new RangeError(
    `Cannot serve with a ${name} of ${value}: it is a whole number from ${min}`,
  );
}
