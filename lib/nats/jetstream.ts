/**
 * NATS JetStream as a room's engine: one stream, a pull consumer of its own for each
 * session. What goes wrong ends the reading; the room repairs.
 *
 * @module
 */
import { Acknowledgements } from "./acknowledgements.ts";
import type { Acknowledgement, Engine, Entry, StreamState } from "./engine.ts";
import { readStream } from "./jetstream_reader.ts";
import { Link, type LinkOptions } from "./link.ts";
import type { NatsConnection, NatsManager, NatsPackages } from "./packages.ts";
import type { StreamOptions } from "./options.ts";
import { openStream, streamNames } from "./stream.ts";

/** How long the engine may take to say what a stream is, in milliseconds. Without a leader it says nothing, and is asked again. */
const API_TIMEOUT = 1000;

/** What belongs to one connection. */
interface Session {
  readonly connection: NatsConnection;
  readonly manager: NatsManager;
  readonly acknowledgements: Acknowledgements;
}

/** Options of a {@linkcode JetStreamEngine}. */
export interface JetStreamOptions extends LinkOptions, StreamOptions {
  /** The room's name. */
  readonly room: string;
}

/** A stream of NATS JetStream. */
export class JetStreamEngine implements Engine {
  readonly #packages: NatsPackages;
  readonly #options: JetStreamOptions;
  readonly #link: Link;
  #session: Session | undefined;

  constructor(packages: NatsPackages, options: JetStreamOptions) {
    this.#packages = packages;
    this.#options = options;
    this.#link = new Link(packages, options);
  }

  links(): AsyncIterable<boolean> {
    return this.#link.states();
  }

  async open(): Promise<StreamState> {
    const { manager, connection } = await this.#connected();
    const { room } = this.#options;
    return await openStream(
      manager,
      connection,
      this.#packages,
      room,
      this.#options,
    );
  }

  // Asynchronous, so that whatever is wrong becomes a rejection.
  async publish(batch: Uint8Array, id: string): Promise<Acknowledgement> {
    if (!this.#session) throw new Error("Cannot publish: there is no session");
    const { subject } = streamNames(this.#options.room);
    return await this.#session.acknowledgements.publish(subject, batch, id);
  }

  async read(
    from: number,
    onEntry: (entry: Entry) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { connection, manager } = await this.#connected();
    const { core } = this.#packages;
    const stream = streamNames(this.#options.room).name;
    const options = { connection, manager, core, stream };
    await readStream(options, from, onEntry, signal);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #connected(): Promise<Session> {
    const { connection } = this.#link;
    if (this.#session?.connection !== connection) {
      const { core, jetstream } = this.#packages;
      const options = { checkAPI: false, timeout: API_TIMEOUT };
      this.#session = {
        connection,
        manager: await jetstream.jetstreamManager(connection as never, options),
        acknowledgements: new Acknowledgements(connection, core),
      };
    }
    return this.#session;
  }
}
