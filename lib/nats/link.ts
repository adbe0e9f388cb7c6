/**
 * The link: a connection to an engine that is made again when it is lost. The
 * packages' own reconnecting is not used: it keeps what was published meanwhile without
 * bound, then throws it away.
 *
 * @module
 */
import { EngineRefusedError } from "./engine.ts";
import type {
  NatsConnection,
  NatsConnectOptions,
  NatsPackages,
  NatsSocket,
  NatsTransport,
} from "./packages.ts";
import type { NatsServers } from "./url.ts";
import { ROOM_CLOCK } from "./clock.ts";

/** The pauses between two tries, in milliseconds. */
const [MIN_PAUSE, MAX_PAUSE] = [50, 500] as const;

/** How long the engine may take to answer, in milliseconds. */
export const TIMEOUT = 2000;

/** A silent engine is noticed after so many pings without an answer, one each second. */
const PING = { pingInterval: 1000, maxPingOut: 2 } as const;

/** How to reach the engine. */
export interface LinkOptions extends NatsServers {
  /** The name under which the engine lists the connection. */
  readonly name: string;
  /** A credentials file's content. */
  readonly creds?: Uint8Array;
  /** A certificate to trust, as PEM. */
  readonly ca?: string;
}

/** A connection that is made again. */
export class Link {
  readonly #packages: NatsPackages;
  readonly #options: LinkOptions;
  readonly #end = new AbortController();
  #connection: NatsConnection | undefined;
  #refusal: EngineRefusedError | undefined;

  constructor(packages: NatsPackages, options: LinkOptions) {
    this.#packages = packages;
    this.#options = options;
  }

  /**
   * The connection.
   *
   * @throws {EngineRefusedError} If the engine refuses the credentials.
   */
  get connection(): NatsConnection {
    if (this.#connection) return this.#connection;
    throw this.#refusal ?? new Error("Cannot reach the engine");
  }

  /** Whether the engine answers, be it that it refuses; at each change. */
  async *states(): AsyncGenerator<boolean, void> {
    const { signal } = this.#end;
    let told: boolean | undefined;
    let pause: number = MIN_PAUSE;
    while (!signal.aborted) {
      const isUp = await this.#connect();
      if (signal.aborted) break;
      if (isUp !== told) yield told = isUp;
      if (this.#connection) {
        pause = MIN_PAUSE;
        await this.#connection.closed();
        this.#connection = undefined;
        if (signal.aborted) break;
        yield told = false;
      }
      await ROOM_CLOCK.delay(pause, signal);
      pause = Math.min(2 * pause, MAX_PAUSE);
    }
    await this.#connection?.close();
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#connection?.close();
  }

  /** Tries once; whether the engine answered. */
  async #connect(): Promise<boolean> {
    const { core } = this.#packages;
    try {
      this.#connection = await connect(this.#packages, this.#settings());
      this.#refusal = undefined;
      return true;
    } catch (error) {
      const { message } = error as Error;
      const isRefused = error instanceof core.errors.AuthorizationError ||
        isTlsRefusal(error);
      this.#refusal = isRefused
        ? new EngineRefusedError(`Cannot use the engine: ${message}`, {
          cause: error,
        })
        : undefined;
      return isRefused;
    }
  }

  #settings(): NatsConnectOptions {
    const { servers, tls, creds, ca, name, user, pass, token } = this.#options;
    return {
      servers: [...servers],
      name,
      ...user === undefined ? {} : { user },
      ...pass === undefined ? {} : { pass },
      ...token === undefined ? {} : { token },
      ...creds
        ? { authenticator: this.#packages.core.credsAuthenticator(creds) }
        : {},
      // Without this the packages would connect unencrypted where the engine has no TLS.
      ...tls ? { tls: ca === undefined ? {} : { ca } } : {},
      reconnect: false,
      timeout: TIMEOUT,
      noAsyncTraces: true,
      ...PING,
    };
  }
}

/** Whether waiting does not help: the engine has no TLS, or a certificate that is not trusted. */
function isTlsRefusal(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === "InvalidArgumentError" || /certificate|tls/i.test(message);
}

/**
 * Connects with transports whose sockets cannot end the process: the packages remove
 * all listeners of a socket that they give up, and its last error would be uncaught.
 * Nor do they close the socket of a try that takes too long.
 */
async function connect(
  { internal, transport }: NatsPackages,
  options: NatsConnectOptions,
): Promise<NatsConnection> {
  const tried: NatsTransport[] = [];
  internal.setTransportFactory({
    factory: () => {
      const next = contained(new transport.NodeTransport());
      tried.push(next);
      return next;
    },
    dnsResolveFn: transport.nodeResolveHost,
  });
  try {
    return await internal.NatsConnectionImpl.connect(options);
  } catch (error) {
    for (const failed of tried) failed.discard();
    throw error;
  }
}

function contained(transport: NatsTransport): NatsTransport {
  const { dial, startTLS } = transport;
  transport.dial = async (address) =>
    containedSocket(await dial.call(transport, address));
  transport.startTLS = async () =>
    containedSocket(await startTLS.call(transport));
  return transport;
}

/** Keeps a listener for errors on a socket, whatever else is removed. */
function containedSocket(socket: NatsSocket): NatsSocket {
  const ignore = () => {};
  const { removeAllListeners } = socket;
  socket.removeAllListeners = (event) => {
    removeAllListeners.call(socket, ...event === undefined ? [] : [event]);
    socket.on("error", ignore);
    return socket;
  };
  socket.on("error", ignore);
  return socket;
}
