/**
 * Style: an async channel of messages per client, between its read and write loop.
 * Wakes: the read loop that broadcasts resolves the promise of each idle write loop.
 * Slow client: its messages wait in its channel, the newest 4,096 of them.
 * Gives up: a queue entry for each message and client, even if all are the same.
 * Run: deno run --allow-net channel.ts 127.0.0.1:8080
 */
// deno-lint-ignore-file no-console -- the specification asks for this line
import { concat } from "@std/bytes/concat";
import { formatAddress, parseAddress } from "../../../lib/wire/address.ts";
import { writeAll } from "../../../lib/wire/write_all.ts";

/** Messages that may wait for a client. */
const CAPACITY = 4096;

/** Bytes of a read. */
const BUFFER = 16 * 1024;

/** A bounded queue that is iterated: what waits is taken at once. */
class Channel {
  #waiting: Uint8Array[] = [];
  #closed = false;
  #wake = () => {};

  send(message: Uint8Array): void {
    if (this.#waiting.length === CAPACITY) this.#waiting.shift();
    this.#waiting.push(message);
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array[]> {
    while (this.#waiting.length > 0 || !this.#closed) {
      if (this.#waiting.length > 0) yield this.#waiting.splice(0);
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}

const channels = new Set<Channel>();

async function read(socket: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(BUFFER);
  let begun = 0; // bytes of a message that is not whole yet
  for (let n; (n = await socket.read(buffer.subarray(begun))) !== null;) {
    const end = begun + n;
    const bytes = buffer.slice(0, end);
    let at = 0;
    for (let next; (next = at + 1 + bytes[at]!) <= end; at = next) {
      const message = bytes.subarray(at, next);
      for (const channel of channels) channel.send(message);
    }
    buffer.copyWithin(0, at, end);
    begun = end - at;
  }
}

async function write(socket: Deno.TcpConn, channel: Channel): Promise<void> {
  for await (const messages of channel) {
    await writeAll(socket, concat(messages));
  }
}

async function serve(socket: Deno.TcpConn): Promise<void> {
  const channel = new Channel();
  channels.add(channel);
  const writing = write(socket, channel).catch(() => channels.delete(channel));
  await read(socket).catch(() => {}); // the connection broke, which is an end too
  channels.delete(channel);
  channel.close();
  await writing;
  socket[Symbol.dispose]();
}

const listener = Deno.listen({
  ...parseAddress(Deno.args[0]!),
  tcpBacklog: 4096,
});
console.log(`listening on ${formatAddress(listener.addr)}`);
for (;;) {
  try {
    const socket = await listener.accept();
    socket.setNoDelay(true);
    serve(socket);
  } catch { // the client has left already, or no descriptor is free
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
