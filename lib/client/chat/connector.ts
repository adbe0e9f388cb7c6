/**
 * The connector: how the client's command gets a connection, and another one when that
 * is lost. It says what is not there, and when connecting takes long.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { describeError } from "../../wire/io_error.ts";
import { Backoff } from "../backoff.ts";
import { type Client, TruncatedFrameError } from "../client.ts";
import { connect } from "../connect.ts";

/** Connecting takes long after so many milliseconds. */
const LONG = 1000;

/** How long one server is waited for, in milliseconds. */
const TIMEOUT = 10_000;

/** Options of a {@linkcode Connector}. */
export interface ConnectorOptions {
  /** The servers, as text; the first is tried first. */
  readonly addresses: readonly string[];
  /** Certificates to trust, as PEM. */
  readonly caCerts: string[];
}

/** Connects to the first of some servers that is there. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #backoff = new Backoff();
  /** The servers, in the order in which they are tried next. */
  #addresses: readonly string[];
  #address = "";

  constructor(options: ConnectorOptions) {
    this.#options = options;
    this.#addresses = options.addresses;
  }

  /** The server that it connected to last. */
  get address(): string {
    return this.#address;
  }

  /**
   * Tries each server once.
   *
   * @param say Called with what there is to tell the user.
   * @throws What went wrong with the last of them.
   */
  async connect(
    say: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<Client> {
    const { caCerts } = this.#options;
    const addresses = this.#addresses;
    let tried = 0;
    const late = setTimeout(
      () => say(`connecting to ${addresses[tried]}`),
      LONG,
    );
    try {
      const client = await connect(addresses, {
        caCerts,
        timeout: TIMEOUT,
        ...signal && { signal },
        onUnavailable: (_, error) => {
          const failure = describeFailure(addresses[tried]!, error);
          say(`${failure}; trying ${addresses[++tried]}`);
        },
      });
      // When this one is lost, the next is tried first.
      this.#rotate(tried + 1);
      this.#address = client.address;
      return client;
    } catch (error) {
      const failure = describeFailure(addresses[tried]!, error);
      throw new ConnectError(failure, { cause: error });
    } finally {
      clearTimeout(late);
    }
  }

  /**
   * Tries all servers again and again, after ever longer waits, until one is there.
   *
   * @param lasted How long the lost connection lasted, in milliseconds.
   */
  async reconnect(
    lasted: number,
    say: (text: string) => void,
    signal: AbortSignal,
  ): Promise<Client> {
    let wait = this.#backoff.next(lasted);
    for (let failure = "";; wait = this.#backoff.next(0)) {
      const next = `connecting to ${this.#addresses[0]}`;
      say(`${failure}${next} in ${(wait / 1000).toFixed(1)} s`);
      await delay(wait, { signal });
      say(next);
      try {
        return await this.connect(say, signal);
      } catch (error) {
        if (signal.aborted || !(error instanceof ConnectError)) throw error;
        failure = `${describeError(error.cause)}; `;
      }
    }
  }

  #rotate(count: number): void {
    const addresses = this.#addresses;
    this.#addresses = [...addresses.slice(count), ...addresses.slice(0, count)];
  }
}

/** No server is there; the message says where, and why. */
export class ConnectError extends Error {
  /** The name of this class. */
  override readonly name = "ConnectError";
}

/** How a connection was lost, as it can follow "lost 127.0.0.1:8080: ". */
export function describeLoss(error: unknown): string {
  return error instanceof TruncatedFrameError
    ? "the connection ended inside a message"
    : describeError(error);
}

function describeFailure(address: string, error: unknown): string {
  return `cannot connect to ${address}: ${describeError(error)}`;
}
