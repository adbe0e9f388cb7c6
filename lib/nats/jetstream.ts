/**
 * NATS JetStream as a room's engine: one stream, a pull consumer of its own for each
 * session. What goes wrong ends the reading; the room repairs.
 *
 * @module
 */
import { Acknowledgements } from "./acknowledgements.ts";
import type { Acknowledgement, Engine, Entry, StreamState } from "./engine.ts";
import { Link, type LinkOptions, TIMEOUT } from "./link.ts";
import type {
  NatsConnection,
  NatsJetStream,
  NatsManager,
  NatsMessages,
  NatsPackages,
} from "./packages.ts";
import type { StreamOptions } from "./options.ts";
import { openStream, streamNames } from "./stream.ts";

/** How many entries are on their way to this node at most: with 64 KiB each, 4 MiB. */
const CREDIT = 64;

/** How long a request for entries lasts, and the pause between two signs of life, in milliseconds. */
const [EXPIRES, HEARTBEAT] = [1000, 500] as const;

/** The engine removes a consumer that is not used for so many nanoseconds: 30 s. */
const INACTIVE = 30e9;

const NANOSECONDS = 1e6;

/** What makes a consumer unusable. */
const FATAL: ReadonlySet<string> = new Set([
  "heartbeats_missed",
  "consumer_deleted",
  "consumer_not_found",
  "stream_not_found",
  "no_responders",
  "exceeded_limits",
]);

/** What belongs to one connection. */
interface Session {
  readonly connection: NatsConnection;
  readonly manager: NatsManager;
  readonly stream: NatsJetStream;
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

  async *read(from: number, signal: AbortSignal): AsyncGenerator<Entry, void> {
    const { manager, stream } = await this.#connected();
    const { name } = streamNames(this.#options.room);
    const info = await manager.consumers.add(name, {
      name: crypto.randomUUID(),
      deliver_policy: "by_start_sequence",
      opt_start_seq: from,
      ack_policy: "none",
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: INACTIVE,
    });
    const consumer = stream.consumers.getConsumerFromInfo(info);
    const messages = await consumer.consume({
      max_messages: CREDIT,
      expires: EXPIRES,
      idle_heartbeat: HEARTBEAT,
    });
    const stop = () => messages.stop();
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    watch(messages);
    try {
      let delivered = 0;
      for await (const { data, info } of messages) {
        // One that was lost on its way: the stream has it, so it can be read again.
        if (info.deliverySequence !== ++delivered) return;
        yield {
          seq: info.streamSequence,
          data: data as Uint8Array<ArrayBuffer>,
          pending: info.pending,
          storedAt: info.timestampNanos / NANOSECONDS,
        };
      }
    } finally {
      signal.removeEventListener("abort", stop);
      stop(); // the engine removes the consumer in time
    }
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #connected(): Promise<Session> {
    const { connection } = this.#link;
    if (this.#session?.connection !== connection) {
      const { core, jetstream } = this.#packages;
      const options = { checkAPI: false, timeout: TIMEOUT };
      this.#session = {
        connection,
        manager: await jetstream.jetstreamManager(connection as never, options),
        stream: jetstream.jetstream(connection as never, options),
        acknowledgements: new Acknowledgements(connection, core),
      };
    }
    return this.#session;
  }
}

/** Stops the messages when their consumer cannot be used any more. */
async function watch(messages: NatsMessages): Promise<void> {
  for await (const { type } of messages.status()) {
    if (FATAL.has(type)) messages.stop();
  }
}
