/**
 * The options of a server: their meaning, defaults and bounds. No value out of its
 * bounds gets past {@linkcode resolveOptions}.
 *
 * @module
 */
import { Hub } from "../hub/hub.ts";
import { describeType } from "../wire/bytes.ts";
import type { ServerEvent } from "./events.ts";
import type { Listener } from "./listener.ts";
import { HubPublisher, type Publisher } from "./publisher.ts";

/** The most clients at a time, by default. */
export const DEFAULT_MAX_CLIENTS = 65_536;

/** How long a client may stall by default, in milliseconds. */
export const DEFAULT_STALL_TIMEOUT = 60_000;

/** How long draining may take by default, in milliseconds. */
export const DEFAULT_DRAIN_TIMEOUT = 5_000;

/** The longest duration, in milliseconds: what a timer can hold, 24 days. */
export const MAX_DURATION = 2 ** 31 - 1;

/** The method that each option is used by. */
const METHODS = {
  hub: "subscribe",
  publisher: "publish",
  signal: "addEventListener",
  listener: "accept",
};

const CALLBACKS = ["onListen", "onError", "onEvent"];

/** Options of `serve()`, whatever it listens on. */
export interface ServeOptions<A extends Deno.Addr = Deno.NetAddr> {
  /**
   * The hub that clients subscribe to. Give one to set its capacity, to broadcast
   * or subscribe from the program itself, or to share it between servers.
   *
   * @default {new Hub()}
   */
  hub?: Hub;
  /**
   * Where clients' messages go. Give one to put an engine between reading and
   * broadcasting.
   *
   * @default {new HubPublisher(hub)}
   */
  publisher?: Publisher;
  /**
   * The most clients at a time, from 1. The server accepts one more and closes it at
   * once. The system's limit on open descriptors may be lower.
   *
   * @default {65536}
   */
  maxClients?: number;
  /**
   * The most clients at a time from one address, from 1. An IPv6 network of 64 bits
   * is one address, and an IPv4 address is the same in IPv6 form. It limits nothing
   * where clients have no addresses, as on a Unix socket.
   *
   * @default `maxClients`
   */
  maxClientsPerAddress?: number;
  /**
   * The most messages of each client in a second, from 1. The server does not read a
   * client that sends more until the next second, so nothing is lost.
   *
   * @default {Infinity}
   */
  maxRate?: number;
  /**
   * Milliseconds, up to {@linkcode MAX_DURATION}, after which the server disconnects
   * a client that takes nothing and sends nothing while data waits for it. The system
   * says that a client takes something when a third of its socket's buffer is free
   * again: under Linux's default settings after up to 2 MiB. The server notices it a quarter later at most, or a second if that is less.
   * 0: never.
   *
   * @default {60000}
   */
  stallTimeout?: number;
  /**
   * Milliseconds, up to {@linkcode MAX_DURATION}, that `Server.shutdown()` gives
   * clients to take what waits for them.
   *
   * @default {5000}
   */
  drainTimeout?: number;
  /** Ends the server at once, without draining, when it aborts. */
  signal?: AbortSignal;
  /**
   * Called once, with the address that the server listens on. If it fails, also
   * later, as a promise, `onError` is called.
   */
  onListen?: (addr: A) => void;
  /**
   * Called with failures that the server survives: accepting paused, the publisher,
   * the listener or another callback threw. A client that goes away, however rudely,
   * is no failure. If `onError` itself fails, the stats count it as `unreported`.
   */
  onError?: (error: unknown) => void;
  /**
   * Called with what happens to clients: one connected, lags, has caught up, was
   * disconnected, was refused. If it fails, also later, as a promise, `onError` is
   * called.
   */
  onEvent?: (event: ServerEvent) => void;
}

/** Options of `serve()` on an address. */
export interface ServeTcpOptions extends ServeOptions {
  /**
   * The IP address to listen on, IPv6 without brackets; or a host name, of which
   * the first address counts.
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
  /** Where to accept clients from. The server closes it at its end; nobody else should. */
  listener: Listener<A>;
}

/** The options in force, but for where to listen. */
export type ResolvedOptions =
  & Required<Omit<ServeOptions, "signal" | "onListen" | "onEvent">>
  & Pick<ServeOptions, "signal" | "onEvent">;

/**
 * Checks the options, and fills in the defaults.
 *
 * @throws {RangeError} If a number is out of its bounds.
 * @throws {TypeError} If there is a listener and an address, or an option has not its type.
 */
export function resolveOptions<A extends Deno.Addr>(
  options: ServeTcpOptions | ServeListenerOptions<A>,
): ResolvedOptions {
  if ("listener" in options && ("hostname" in options || "port" in options)) {
    throw new TypeError(
      "Cannot serve with a listener and an address: it is one or the other",
    );
  }
  checkTypes({ ...options });
  const {
    hub = new Hub(),
    publisher = new HubPublisher(hub),
    maxClients = DEFAULT_MAX_CLIENTS,
    maxClientsPerAddress = maxClients,
    maxRate = Infinity,
    stallTimeout = DEFAULT_STALL_TIMEOUT,
    drainTimeout = DEFAULT_DRAIN_TIMEOUT,
    onError = () => {},
    ...rest
  } = options;
  check({ maxClients, maxClientsPerAddress }, 1, Number.MAX_SAFE_INTEGER);
  if (maxRate !== Infinity) check({ maxRate }, 1, Number.MAX_SAFE_INTEGER);
  check({ stallTimeout, drainTimeout }, 0, MAX_DURATION);
  return {
    ...rest,
    hub,
    publisher,
    maxClients,
    maxClientsPerAddress,
    maxRate,
    stallTimeout,
    drainTimeout,
    onError,
  };
}

/** Before anything listens: TypeScript checks the types, JavaScript does not. */
function checkTypes(options: Record<string, unknown>): void {
  const fail = (name: string, needed: string) => {
    const type = describeType(options[name]);
    throw new TypeError(`Cannot serve with ${type} as ${name}: it ${needed}`);
  };
  for (const [name, method] of Object.entries(METHODS)) {
    const value = options[name] as Record<string, unknown> | null | undefined;
    if (value === undefined || typeof value?.[method] === "function") continue;
    fail(name, `needs ${method}()`);
  }
  for (const name of CALLBACKS) {
    const type = typeof options[name];
    if (type !== "undefined" && type !== "function") {
      fail(name, "is a function");
    }
  }
}

function check(
  options: Record<string, number>,
  min: number,
  max: number,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    throw new RangeError(
      `Cannot serve with a ${name} of ${value}: it is a whole number from ${min} to ${max}`,
    );
  }
}
