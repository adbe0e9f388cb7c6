/**
 * Style: WHATWG streams end to end: source, framer, and a sink that broadcasts.
 * Wakes: the queue of each client's writable, which starts the next write by itself.
 * Slow client: its messages wait in its writable; a full one misses the newest.
 * Gives up: a system call and some promises for each run of messages and client.
 * Run: deno run --allow-net streams.ts 127.0.0.1:8080
 */
// deno-lint-ignore-file no-console -- the specification asks for this line
import { formatAddress, parseAddress } from "../../../lib/wire/address.ts";
import { writeAll } from "../../../lib/wire/write_all.ts";

/** Bytes that may wait for a client. */
const MOST_WAITING = 1024 * 1024;

/** Bytes of a read. */
const BUFFER = 16 * 1024;

/** Makes a stream of bytes one of runs of whole messages. */
class Framer extends TransformStream<Uint8Array, Uint8Array> {
  constructor() {
    let rest = new Uint8Array();
    super({
      transform(chunk, controller) {
        const bytes = new Uint8Array(rest.length + chunk.length);
        bytes.set(rest);
        bytes.set(chunk, rest.length);
        let at = 0;
        for (let next; (next = at + 1 + bytes[at]!) <= bytes.length;) at = next;
        if (at > 0) controller.enqueue(bytes.subarray(0, at));
        rest = bytes.subarray(at);
      },
    });
  }
}

/** As `socket.readable`, which would close the socket when the client ends its side. */
function readable(socket: Deno.TcpConn): ReadableStream<Uint8Array> {
  const buffer = new Uint8Array(BUFFER);
  return new ReadableStream({
    async pull(controller) {
      const n = await socket.read(buffer);
      if (n === null) controller.close();
      else controller.enqueue(buffer.slice(0, n));
    },
  }, { highWaterMark: 0 });
}

/** As `socket.writable`, with a queue that is measured in bytes. */
function writable(socket: Deno.TcpConn): WritableStream<Uint8Array> {
  return new WritableStream(
    { write: (run: Uint8Array) => writeAll(socket, run) },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
  );
}

const writers = new Set<WritableStreamDefaultWriter<Uint8Array>>();

/** Where the runs of every client go. */
function everybody(): WritableStream<Uint8Array> {
  return new WritableStream({
    write(run) {
      for (const writer of writers) {
        // A failure is also that of `closed`, which ends this client.
        if (writer.desiredSize! > 0) writer.write(run).catch(() => {});
      }
    },
  });
}

async function serve(socket: Deno.TcpConn): Promise<void> {
  const writer = writable(socket).getWriter();
  writers.add(writer);
  const leave = () => writers.delete(writer);
  writer.closed.catch(leave);
  const reading = readable(socket).pipeThrough(new Framer());
  await reading.pipeTo(everybody()).catch(() => {}); // it broke: an end too
  leave();
  await writer.close().catch(() => {});
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
