/**
 * The session: a user's connection, and the next one when it is lost. The chat sends
 * and receives through it. Lines that were sent and have not come back when a
 * connection is lost are told of, and not sent again: they may have arrived.
 *
 * @module
 */
import { isDisconnect } from "../../wire/io_error.ts";
import { type Client, TruncatedFrameError } from "../client.ts";
import { type Connector, describeLoss } from "./connector.ts";
import { Echoes } from "./echoes.ts";
import { decodeText } from "./message.ts";

/** What a session needs. */
export interface SessionOptions {
  readonly client: Client;
  /** Connects again, sooner or later. */
  readonly connector: Pick<Connector, "reconnect">;
  /** Called with each message; `text` is `undefined` if it is not UTF-8. */
  readonly onMessage: (
    message: { text: string | undefined; own: boolean },
  ) => Promise<void>;
  /** Called with what happens to the connection. */
  readonly onNotice: (text: string) => void;
  /** Called when `offline` has changed. */
  readonly onChange: () => void;
}

/** A connection to one of some servers, again and again. */
export class Session {
  readonly #options: SessionOptions;
  readonly #echoes = new Echoes();
  /** Aborted at the end. */
  readonly #ending = new AbortController();
  readonly #failed = Promise.withResolvers<never>();
  #client: Client;
  #offline: string | undefined;
  #received = 0;
  #sent = 0;
  #finished = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#client = options.client;
  }

  /** The server that it is connected to, or was last. */
  get address(): string {
    return this.#client.address;
  }

  /** What is done to get a connection, while there is none. */
  get offline(): string | undefined {
    return this.#offline;
  }

  /** Messages received. */
  get received(): number {
    return this.#received;
  }

  /** Messages sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Whether nothing more is sent. */
  get finished(): boolean {
    return this.#finished;
  }

  /**
   * Receives until the server ends the connection after {@linkcode finish}. A connection
   * that is lost before is followed by another.
   *
   * @throws If the connection is lost after `finish`, see {@linkcode Client}.
   */
  async run(): Promise<void> {
    await Promise.race([this.#converse(), this.#failed.promise]);
  }

  /** Sends a line. There has to be a connection. */
  send(line: string): void {
    this.#sent++;
    this.#echoes.sent(line);
    this.#unlessDisconnected(this.#client.send(line));
  }

  /** Sends nothing more. There has to be a connection. */
  finish(): void {
    this.#finished = true;
    this.#unlessDisconnected(this.#client.closeWrite());
  }

  /** Ends the connection, or the search for one. */
  close(): void {
    this.#ending.abort();
    this.#client.close();
  }

  async #converse(): Promise<void> {
    for (;;) {
      const connectedAt = performance.now();
      let reason = "the server ended the connection";
      try {
        await this.#receive();
        if (this.#finished) return;
      } catch (error) {
        const isLost = isDisconnect(error) ||
          error instanceof TruncatedFrameError;
        if (this.#finished || !isLost) throw error;
        reason = describeLoss(error);
      }
      await this.#reconnect(reason, performance.now() - connectedAt);
    }
  }

  async #receive(): Promise<void> {
    for await (const body of this.#client) {
      this.#received++;
      const text = decodeText(body);
      const own = text !== undefined && this.#echoes.received(text);
      await this.#options.onMessage({ text, own });
    }
  }

  /** @param lasted How long the lost connection lasted, in milliseconds. */
  async #reconnect(reason: string, lasted: number): Promise<void> {
    const { connector, onNotice, onChange } = this.#options;
    const unknown = this.#echoes.clear();
    const lines = unknown === 1 ? "1 line" : `${unknown} lines`;
    const doubt = unknown > 0 ? `; ${lines} may not have arrived` : "";
    this.#client.close();
    onNotice(`lost ${this.address}: ${reason}${doubt}`);
    const say = (text: string) => {
      this.#offline = text;
      onChange();
    };
    this.#client = await connector.reconnect(lasted, say, this.#ending.signal);
    this.#offline = undefined;
    onNotice(`connected to ${this.address}`);
  }

  /** Of a lost connection `#receive` knows, too, after what can still be received. */
  #unlessDisconnected(sending: Promise<void>): void {
    sending.catch((error) => {
      if (!isDisconnect(error)) this.#failed.reject(error);
    });
  }
}
