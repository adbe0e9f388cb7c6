/**
 * A client made by hand, which shares nothing with the library: what it reads is
 * told apart by its own few lines, so it can judge the library and other servers.
 */
import { connect as connectSocket, type Socket } from "node:net";
import { concat } from "@std/bytes/concat";
import type { Address } from "../../lib/wire/address.ts";
import { inTime, PATIENCE } from "./eventually.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** What a peer has received, and how it ended. */
export class Peer implements Disposable {
  readonly socket: Deno.TcpConn;
  readonly #buffer = new Uint8Array(64 * 1024);
  /** What was read and not heard yet. */
  #rest = new Uint8Array(0);

  private constructor(socket: Deno.TcpConn) {
    this.socket = socket;
  }

  static async connect(address: Address): Promise<Peer> {
    const socket = await inTime(Deno.connect(address), "a connection");
    socket.setNoDelay(true);
    return new Peer(socket);
  }

  /** A peer that has seen a message of its own come back, and so is connected for sure. */
  static async join(
    address: Address,
    name: string = crypto.randomUUID(),
  ): Promise<Peer> {
    const peer = await Peer.connect(address);
    await peer.say(name);
    while (await peer.hear() !== name);
    return peer;
  }

  /** Sends bytes as they are. */
  async send(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      const taken = await inTime(
        this.socket.write(rest),
        "the server to take bytes",
        { seen: () => `${rest.length} bytes that it did not take` },
      );
      rest = rest.subarray(taken);
    }
  }

  /** Sends texts as messages, in one piece. */
  say(...texts: string[]): Promise<void> {
    const bodies = texts.map((text) => ENCODER.encode(text));
    return this.send(
      concat(bodies.flatMap((body) => [Uint8Array.of(body.length), body])),
    );
  }

  /** Exactly `count` bytes; fewer only at the end of the connection. */
  async receive(count: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#rest.length < count && await this.#read());
    return this.#take(count);
  }

  /** The body of the next message; `null` at the end of the connection. */
  async body(): Promise<Uint8Array<ArrayBuffer> | null> {
    const [length] = await this.receive(1);
    if (length === undefined) return null;
    const body = await this.receive(length);
    if (body.length < length) {
      throw new Error("the connection ended inside a message");
    }
    return body;
  }

  /** The next message as text; `null` at the end of the connection. */
  async hear(): Promise<string | null> {
    const body = await this.body();
    return body && DECODER.decode(body);
  }

  /**
   * The next messages: all that one read completes; `null` at the end of the connection.
   *
   * @param patience How long to wait for each read, in milliseconds.
   */
  async hearSome(patience: number = PATIENCE): Promise<string[] | null> {
    const texts: string[] = [];
    do {
      for (
        let length;
        (length = this.#rest[0]) !== undefined && this.#rest.length > length;
      ) {
        texts.push(DECODER.decode(this.#take(1 + length).subarray(1)));
      }
    } while (texts.length === 0 && await this.#read({ patience }));
    if (texts.length > 0) return texts;
    if (this.#rest.length === 0) return null;
    throw new Error("the connection ended inside a message");
  }

  /** The next `count` messages. */
  async hearMany(count: number): Promise<(string | null)[]> {
    const texts = [];
    for (let n = 0; n < count; n++) texts.push(await this.hear());
    return texts;
  }

  /** All messages up to the end of the connection. */
  async hearAll(): Promise<string[]> {
    const texts = [];
    for (let text; (text = await this.hear()) !== null;) texts.push(text);
    return texts;
  }

  /** Takes one byte off the socket, for later; whether there was one. */
  sip(): Promise<boolean> {
    return this.#read({ size: 1 });
  }

  /** Reads once; whether there was anything. */
  async #read(
    { size = this.#buffer.length, patience = PATIENCE } = {},
  ): Promise<boolean> {
    const read = await inTime(
      this.socket.read(this.#buffer.subarray(0, size)),
      "bytes from the server",
      {
        patience,
        seen: () => `${this.#rest.length} bytes that are too few`,
      },
    );
    if (read === null) return false;
    this.#rest = concat([this.#rest, this.#buffer.subarray(0, read)]);
    return true;
  }

  /** The next `count` bytes of those that were read. */
  #take(count: number): Uint8Array<ArrayBuffer> {
    const bytes = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  /** Ends the sending side. */
  hangUp(): Promise<void> {
    return this.socket.closeWrite();
  }

  [Symbol.dispose](): void {
    this.socket[Symbol.dispose]();
  }
}

/** A connection that can be reset, which `Deno.Conn` cannot. */
export class Resetter {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static connect({ hostname, port }: Address): Promise<Resetter> {
    const connected = new Promise<Resetter>((resolve, reject) => {
      const socket = connectSocket(
        port,
        hostname,
        () => resolve(new Resetter(socket)),
      );
      socket.on("error", reject);
      socket.pause();
    });
    return inTime(connected, "a connection");
  }

  send(bytes: Uint8Array): Promise<void> {
    const sent = new Promise<void>((resolve) =>
      this.#socket.write(bytes, () => resolve())
    );
    return inTime(sent, "the server to take bytes");
  }

  reset(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#socket.on("close", () => resolve());
      this.#socket.resetAndDestroy();
    });
    return inTime(closed, "the socket to close");
  }
}

/** A text of `length` characters that begins with its number. */
export function numbered(n: number, length: number): string {
  return `${n}:`.padEnd(length, ".");
}
