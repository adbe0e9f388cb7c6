/**
 * Frames that travel as NATS messages, so that the stress tester can play its
 * clients against `nats-server`: each body is a message of one subject, to which
 * every client subscribes. The protocol differs, the load does not.
 */
import { concat } from "@std/bytes/concat";
import type { Address } from "../../lib/wire/address.ts";
import { HEADER, MAX_BODY } from "../../lib/wire/frame.ts";
import {
  connect,
  type NodeAddress,
  type Socket,
} from "../../lib/stresstest/target/connect.ts";
import { writeAll } from "../../lib/wire/write_all.ts";

/** Said first: who we are, and is that understood? */
const HELLO = bytes('CONNECT {"verbose":false}\r\nPING\r\n');
const UNDERSTOOD = "PONG\r\n";

/** Said then, as messages may come from there on: what we want to hear. */
const SUBSCRIBE = bytes("SUB z 1\r\n");

/** What stands before the length of a body that is delivered. */
const DELIVERED = bytes("MSG z 1 ");

/** What stands before a body that is published, by its length, and what after. */
const PUBLISHED = Array.from(
  { length: MAX_BODY + 1 },
  (_, length) => bytes(`PUB z ${length}\r\n`),
);
const END = bytes("\r\n");

const [LF, ZERO] = [10, 48] as const;

/** As much as the tester reads at a time. */
const BUFFER = 64 * 1024;

/** Connects and subscribes. The sender of a message hears it too. */
export async function subscribed(address: Address): Promise<Deno.TcpConn> {
  return await subscribe(await Deno.connect(address));
}

async function subscribe<S extends Socket>(socket: S): Promise<S> {
  await writeAll(socket, HELLO);
  const buffer = new Uint8Array(BUFFER);
  for (let said = ""; !said.endsWith(UNDERSTOOD);) {
    const read = await socket.read(buffer);
    if (read === null) throw new Error(`Cannot subscribe: ${said}`);
    said += new TextDecoder().decode(buffer.subarray(0, read));
  }
  await writeAll(socket, SUBSCRIBE);
  return socket;
}

/** A client of `nats-server`, to be read from and written to in frames. */
export class NatsSocket implements Socket {
  readonly #socket: Socket;
  /** What has arrived, up to `#filled`. */
  readonly #arrived = new Uint8Array(BUFFER);
  #filled = 0;
  /** The last write: an answer must not come into the middle of a message. */
  #writing = Promise.resolve();

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Connects to `nats-server`. */
  static async connect(address: NodeAddress): Promise<NatsSocket> {
    return new NatsSocket(await subscribe(await connect(address)));
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  /** Publishes whole frames, all of them. */
  async write(frames: Uint8Array): Promise<number> {
    await this.#write(published(frames));
    return frames.length;
  }

  /** Reads whole frames; `buffer` must be as large as the one they arrive in. */
  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      const rest = this.#arrived.subarray(this.#filled);
      const read = await this.#socket.read(rest);
      if (read === null) return null;
      this.#filled += read;
      const end = this.#take(buffer);
      if (end > 0) return end;
    }
  }

  /** Makes frames of what arrived, and keeps what is not whole. */
  #take(buffer: Uint8Array): number {
    const arrived = this.#arrived;
    let [at, end] = [0, 0];
    for (;;) {
      const line = arrived.indexOf(LF, at) + 1;
      if (line === 0 || line > this.#filled) break;
      if (arrived[at] === DELIVERED[0]) {
        let length = 0;
        for (let n = at + DELIVERED.length; n < line - END.length; n++) {
          length = 10 * length + arrived[n]! - ZERO;
        }
        const next = line + length + END.length;
        if (next > this.#filled) break;
        buffer[end] = length;
        buffer.set(arrived.subarray(line, line + length), end + HEADER);
        end += HEADER + length;
        at = next;
      } else {
        this.#answer(new TextDecoder().decode(arrived.subarray(at, line)));
        at = line;
      }
    }
    arrived.copyWithin(0, at, this.#filled);
    this.#filled -= at;
    return end;
  }

  #answer(line: string): void {
    if (line.startsWith("-ERR")) throw new Deno.errors.ConnectionReset(line);
    if (line.startsWith("PING")) {
      // Where it cannot be written, the next read says why.
      this.#write(bytes("PONG\r\n")).catch(() => {});
    }
  }

  #write(bytes: Uint8Array): Promise<void> {
    const write = () => writeAll(this.#socket, bytes);
    return this.#writing = this.#writing.then(write);
  }
}

/** Whole frames, as they are published. */
export function published(frames: Uint8Array): Uint8Array<ArrayBuffer> {
  const lines: Uint8Array[] = [];
  for (let at = 0; at < frames.length;) {
    const length = frames[at]!;
    const body = frames.subarray(at + HEADER, at += HEADER + length);
    lines.push(PUBLISHED[length]!, body, END);
  }
  return concat(lines);
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
