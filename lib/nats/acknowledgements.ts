/**
 * What the engine answers to published batches. One subscription and one timer serve
 * all batches of a connection: a request of its own costs more than a small batch.
 *
 * @module
 */
import type { Acknowledgement } from "./engine.ts";
import { TIMEOUT } from "./link.ts";
import type {
  NatsConnection,
  NatsCoreMessage,
  NatsPackages,
} from "./packages.ts";

/**
 * The header by which the engine recognizes what it has stored, as on the wire. The
 * packages' own way of writing it costs as much as sending it.
 */
const headersOf = (id: string) =>
  encoder.encode(`NATS/1.0\r\nNats-Msg-Id: ${id}\r\n\r\n`);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A batch that is not answered yet. */
interface Published {
  readonly at: number;
  resolve(acknowledgement: Acknowledgement): void;
  reject(error: Error): void;
}

/** Publishes on one connection. */
export class Acknowledgements {
  readonly #connection: NatsConnection;
  readonly #inbox: string;
  /** By number, the oldest first. */
  readonly #published = new Map<number, Published>();
  #number = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: NatsConnection, core: NatsPackages["core"]) {
    this.#connection = connection;
    this.#inbox = core.createInbox();
    connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) this.#fail(error);
        else this.#take(message);
      },
    });
    connection.closed().then(() =>
      this.#fail(new Error("The connection was closed"))
    );
  }

  /**
   * Sends a batch at once, in the order of the calls.
   *
   * @returns When the engine has stored it. Rejects if the engine did not, did not
   * answer in time, or the connection ended.
   */
  publish(
    subject: string,
    batch: Uint8Array,
    id: string,
  ): Promise<Acknowledgement> {
    // All that the packages ask of headers.
    const headers = { encode: () => headersOf(id) } as never;
    const number = ++this.#number;
    const reply = `${this.#inbox}.${number}`;
    this.#connection.publish(subject, batch, { headers, reply });
    const { promise, resolve, reject } = Promise.withResolvers<
      Acknowledgement
    >();
    this.#published.set(number, { at: performance.now(), resolve, reject });
    this.#timer ??= setTimeout(() => this.#checkTime(), TIMEOUT);
    return promise;
  }

  #take({ subject, headers, data }: NatsCoreMessage): void {
    const number = Number(subject.slice(this.#inbox.length + 1));
    const published = this.#published.get(number);
    if (!published) return;
    this.#published.delete(number);
    // Without a body it says that nobody takes the subject: no stream, or no leader.
    const answer = data.length > 0 ? JSON.parse(decoder.decode(data)) : {};
    const { seq, duplicate = false, error } = answer;
    if (!error && seq > 0) published.resolve({ seq, duplicate });
    else {
      const reason = error?.description ?? headers?.description;
      published.reject(new Error(`The engine did not store it: ${reason}`));
    }
  }

  /** Fails all if the oldest was not answered in time. */
  #checkTime(): void {
    this.#timer = undefined;
    const [oldest] = this.#published.values();
    if (!oldest) return;
    const left = oldest.at + TIMEOUT - performance.now();
    if (left > 0) this.#timer = setTimeout(() => this.#checkTime(), left);
    else this.#fail(new Error("The engine did not answer in time"));
  }

  #fail(error: Error): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { reject } of this.#published.values()) reject(error);
    this.#published.clear();
  }
}
