/**
 * The link: a connection to an engine that is made again when it is lost. The
 * packages' own reconnecting is not used: it keeps what was published meanwhile without
 * bound, then throws it away.
 *
 * @module
 */
import { connect } from "./connect.ts";
import { EngineRefusedError } from "./engine.ts";
import type {
  NatsConnection,
  NatsConnectOptions,
  NatsPackages,
} from "./packages.ts";
import type { NatsServers } from "./url.ts";
import { ROOM_CLOCK } from "./clock.ts";

/** The pauses between two tries, in milliseconds. */
const [MIN_PAUSE, MAX_PAUSE] = [50, 500] as const;

/** The pause after the engine has forbidden what a room does, in milliseconds. */
const FORBIDDEN_PAUSE = 10_000;

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
   * @throws {EngineRefusedError} If the engine refuses the credentials, or forbids
   * what a room does.
   */
  get connection(): NatsConnection {
    if (this.#connection && !this.#refusal) return this.#connection;
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
      this.#watch(this.#connection);
      return true;
    } catch (error) {
      const isRefused = error instanceof core.errors.AuthorizationError ||
        isTlsRefusal(error);
      this.#refusal = isRefused ? refusal(error) : undefined;
      return isRefused;
    }
  }

  /** Notices that the engine forbids something. After a pause it is tried again. */
  async #watch(connection: NatsConnection): Promise<void> {
    const { PermissionViolationError } = this.#packages.core.errors;
    for await (const { error } of connection.status()) {
      if (!(error instanceof PermissionViolationError)) continue;
      this.#refusal = refusal(error);
      await ROOM_CLOCK.delay(FORBIDDEN_PAUSE, this.#end.signal);
      await connection.close();
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

function refusal(cause: unknown): EngineRefusedError {
  const { message } = cause as Error;
  return new EngineRefusedError(`Cannot use the engine: ${message}`, { cause });
}

/** Whether waiting does not help: the engine has no TLS, or a certificate that is not trusted. */
function isTlsRefusal(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === "InvalidArgumentError" || /certificate|tls/i.test(message);
}
