import { assert, assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes/concat";
import {
  CloseCode,
  WebSocketError,
} from "../../../lib/wire/websocket/close_code.ts";
import {
  WebSocketByteStream,
  type WebSocketOptions,
} from "../../../lib/wire/websocket/stream.ts";
import { chunksOf } from "../../support/bytes.ts";
import { eventually, inTime } from "../../support/eventually.ts";
import { isPending, macrotask } from "../../support/jitter.ts";
import { FakeSocket } from "../../support/socket.ts";
import { test } from "../../support/test.ts";
import { closing, decode, frame } from "./support.ts";

function open(role: WebSocketOptions["role"] = "server", more = {}) {
  const socket = new FakeSocket();
  const stream = new WebSocketByteStream(socket, { role, ...more });
  const read = async (size = 512) => {
    const buffer = new Uint8Array(size);
    const length = await stream.read(buffer);
    return length && new TextDecoder().decode(buffer.subarray(0, length));
  };
  /** What was written, as the other end decodes it. */
  const written = () =>
    decode([new Uint8Array(socket.written)], { masked: role === "client" });
  return { socket, stream, read, written };
}

test("WebSocketByteStream.read() gives what binary messages carry, packed, whatever is between", async () => {
  const { socket, read, written } = open();
  socket.arrive(concat([
    ...[frame(2, "a"), frame(9, "p"), frame(2), frame(2, "bc", { fin: false })],
    ...[frame(10), frame(0, "d"), frame(2, "e").subarray(0, 3)],
  ]));
  assertEquals(await read(), "abcd");
  socket.arrive(frame(2, "e").subarray(3));
  assertEquals(await read(), "e");
  socket.arrive(closing(1000));
  assertEquals(await read(), null);
  assertEquals(await read(), null);
  assertEquals(written(), ["pong p"]); // its close frame is for close() to answer
});

test("WebSocketByteStream.read() waits for bytes, not for frames", async () => {
  const { socket, read } = open();
  const reading = read();
  for (const chunk of chunksOf(concat([frame(9), frame(2), frame(2)]), 1)) {
    socket.arrive(chunk);
    await macrotask();
  }
  assert(await isPending(reading));
  socket.arrive(frame(2, "a"));
  assertEquals(await reading, "a");
});

test("WebSocketByteStream.read() gives all before an error, then the error", async () => {
  const { socket, read } = open();
  socket.arrive(concat([frame(2, "a"), frame(2, "b", { masked: false })]));
  assertEquals(await read(), "a");
  for (let n = 0; n < 2; n++) {
    const error = await assertRejects(() => read(), WebSocketError);
    assertEquals(error.code, 1002);
  }
});

test("WebSocketByteStream.read() fails as a reset does when there is no close frame", async () => {
  const { socket, read } = open();
  socket.arrive(null);
  const error = await assertRejects(() => read(), Error, "without a close");
  assertEquals((error as { code?: string }).code, "ECONNRESET");
});

test("WebSocketByteStream.write() sends one message, however the socket takes it", async () => {
  for (const length of [1, 125, 126, 8192, 8193, 65536, 70_000]) {
    for (const role of ["server", "client"] as const) {
      const { socket, stream, written } = open(role);
      socket.takes = [1, 1, 2, 3, 1, 1, 1, length - 1, 1];
      const bytes = new Uint8Array(length).fill(7);
      for (let rest = bytes; rest.length > 0;) {
        rest = rest.subarray(await stream.write(rest));
      }
      assertEquals(socket.mostWrites, 1);
      const found = decode([new Uint8Array(socket.written)], {
        masked: role === "client",
        maxBinary: length,
      });
      assertEquals(found.length, 1);
      assertEquals(written().length, 1);
    }
  }
});

test("WebSocketByteStream.write() sends a header and its payload in one write", async () => {
  for (const length of [1, 125, 126, 8193, 65536]) {
    const { socket, stream, written } = open();
    const bytes = new Uint8Array(length).fill(7);
    assertEquals(await stream.write(bytes), length);
    assertEquals([socket.writes, written().length], [1, 1]);
  }
});

test("WebSocketByteStream.write() needs no buffer for the payload when many writes are stuck", async () => {
  const stuck = Array.from({ length: 100 }, () => {
    const { socket, stream, written } = open();
    socket.stuck = true;
    const bytes = new Uint8Array(65536).fill(7);
    return { socket, stream, written, writing: stream.write(bytes), bytes };
  });
  for (const length of [10, 10_000]) {
    const { socket, stream, written } = open();
    const bytes = new Uint8Array(length).fill(7);
    assertEquals(await stream.write(bytes), length);
    // A small one is copied all the same.
    assertEquals([socket.writes, written().length], [length > 10 ? 2 : 1, 1]);
  }
  for (const { socket, writing, bytes, stream, written } of stuck) {
    socket.unstick();
    const rest = bytes.subarray(await writing);
    if (rest.length > 0) await stream.write(rest);
    assertEquals(written(), ["binary 65536:7"]);
  }
  const { socket, stream } = open();
  await stream.write(new Uint8Array(65536));
  assertEquals(socket.writes, 1); // they came back
});

test("WebSocketByteStream: what is not a message goes out between messages", async () => {
  const { socket, stream, read, written } = open();
  const reading = read();
  socket.takes = [4, 9000]; // the header, and a part of the message
  const bytes = new Uint8Array(10_000).fill(7);
  assertEquals(await stream.write(bytes), 9000);
  stream.sendText("first");
  socket.arrive(frame(9, "old"));
  await macrotask();
  socket.arrive(frame(9, "new"));
  await macrotask();
  socket.stuck = true;
  const writing = stream.write(bytes.subarray(9000));
  stream.sendText("second");
  await macrotask();
  socket.unstick();
  assertEquals(await writing, 1000);
  await stream.write(Uint8Array.of(65));
  // Only the newest ping is answered: that is all that may wait for a client.
  assertEquals(written(), [
    "binary 10000:7",
    "text first",
    "text second",
    "pong new",
    "binary A",
  ]);
  assertEquals(socket.mostWrites, 1);
  stream.close();
  await assertRejects(() => reading, Error);
});

test("WebSocketByteStream.closeWrite() is the last that is sent", async () => {
  const { socket, stream, read, written } = open();
  await stream.write(Uint8Array.of(65));
  await stream.closeWrite(1001);
  const sent = socket.written.length;
  await stream.closeWrite(1001);
  stream.sendText("too late");
  await assertRejects(() => stream.write(Uint8Array.of(66)), Error);
  socket.arrive(concat([frame(9, "p"), frame(2, "a"), closing(1001)]));
  assertEquals(await read(), "a");
  assertEquals(await read(), null);
  assertEquals(written(), ["binary A", "close 1001 "]);
  assertEquals(socket.written.length, sent);
  stream.close(1000);
  assert(socket.closed);
});

test("WebSocketByteStream.close() with a code says it, and waits for the other end", async () => {
  const { socket, stream, written } = open();
  stream.close(1002, "a frame is not masked");
  stream.close();
  await macrotask();
  assertEquals(written(), ["close 1002 a frame is not masked"]);
  assert(socket.writeClosed && !socket.closed);
  socket.arrive(new Uint8Array(100)); // more of what was wrong
  socket.arrive(null);
  await macrotask();
  assert(socket.closed);
});

test("WebSocketByteStream.close() with a code lets a read that is pending end with the other end", async () => {
  const { socket, stream, read, written } = open();
  const reading = read();
  stream.close(1008);
  await macrotask();
  assertEquals(written(), ["close 1008 "]);
  assert(await isPending(reading));
  socket.arrive(frame(2, "for nobody")); // what is sent then is read on, and ignored
  await assertRejects(() => reading, Error);
  await assertRejects(() => read(), Error);
  assert(!socket.closed);
  socket.arrive(closing(1008));
  socket.arrive(null);
  await eventually("the end", () => socket.closed, Boolean);
});

test("WebSocketByteStream.close() with a code waits for the message that is being written", async () => {
  const { socket, stream, written } = open();
  socket.takes = [4, 8000];
  const bytes = new Uint8Array(10_000).fill(7);
  await stream.write(bytes);
  socket.stuck = true;
  const writing = stream.write(bytes.subarray(8000));
  stream.close(CloseCode.internalError);
  await macrotask();
  assert(!socket.writeClosed);
  socket.unstick();
  await writing;
  socket.arrive(null);
  await eventually("the end", () => socket.closed, Boolean);
  assertEquals(written(), ["binary 10000:7", "close 1011 "]);
});

test("WebSocketByteStream.close() waits a second for a write that is stuck", async () => {
  const waits: number[] = [];
  const over = Promise.withResolvers<void>();
  const { socket, stream } = open("server", {
    deadline: (promise: Promise<unknown>, milliseconds: number) => {
      waits.push(milliseconds);
      return Promise.race([promise, over.promise]);
    },
  });
  socket.stuck = true;
  const writing = stream.write(Uint8Array.of(65));
  stream.close(1011);
  await macrotask();
  assert(!socket.closed);
  assertEquals(waits, [1000]);
  over.reject(new DOMException("late", "TimeoutError"));
  await assertRejects(() => writing, Error);
  assert(socket.closed);
});

test("WebSocketByteStream.read() reads nothing after close()", async () => {
  const { socket, stream, read } = open();
  stream.close(1008);
  await macrotask();
  assertEquals(socket.reads, 1); // by close(), for the end
  await assertRejects(() => read(), Error, "without a close");
  assertEquals(socket.reads, 1);
  socket.arrive(null);
  await macrotask();
  assert(socket.closed);
});

test("WebSocketByteStream.close() without a code closes at once", () => {
  const { socket, stream } = open();
  stream.close();
  assert(socket.closed);
  assertEquals(socket.writes, 0);
});

test("WebSocketByteStream.write() waits for what goes out between messages", async () => {
  for (const role of ["server", "client"] as const) {
    const { socket, stream, written } = open(role);
    socket.stuck = true;
    stream.start("answer");
    stream.sendText("text");
    const writing = stream.write(Uint8Array.of(65));
    await macrotask();
    assertEquals(socket.writes, 1);
    socket.unstick();
    assertEquals(await writing, 1);
    assertEquals(socket.mostWrites, 1);
    const answer = new TextEncoder().encode("answer");
    assertEquals(
      socket.written.splice(0, answer.length),
      [...answer],
    );
    assertEquals(written(), ["text text", "binary A"]);
  }
});

test("WebSocketByteStream.write() ends a message after a close frame is asked for, and begins none", async () => {
  const { socket, stream, written } = open();
  socket.takes = [4];
  const bytes = Uint8Array.of(65, 66, 67, 68);
  const rest = bytes.subarray(await stream.write(bytes));
  const closing = stream.closeWrite();
  assertEquals(await stream.write(rest), 2);
  await closing;
  await assertRejects(() => stream.write(bytes), Error);
  assertEquals(written(), ["binary ABCD", "close 1000 "]);
});

test("WebSocketByteStream: not even before the last byte of a message something else goes out", async () => {
  const { socket, stream, written } = open();
  socket.takes = [3];
  assertEquals(await stream.write(Uint8Array.of(65, 66)), 1);
  stream.sendText("text");
  await macrotask();
  assertEquals(await stream.write(Uint8Array.of(66)), 1);
  await macrotask();
  assertEquals(written(), ["binary AB", "text text"]);
});

test("WebSocketByteStream.closeWrite() settles when the close frame is written", async () => {
  const { socket, stream, written } = open();
  socket.stuck = true;
  stream.sendText("before");
  const closing = stream.closeWrite();
  const write = socket.write.bind(socket);
  socket.write = async (bytes) => {
    socket.stuck = true; // for the second write, which has the close frame
    return await write(bytes);
  };
  socket.unstick();
  assert(await isPending(closing));
  assertEquals(written(), ["text before"]);
  socket.unstick();
  await closing;
  assertEquals(written(), ["text before", "close 1000 "]);
});

test("WebSocketByteStream.closeWrite() settles after a write that failed", async () => {
  const { socket, stream } = open();
  socket.write = () => Promise.reject(new Deno.errors.BrokenPipe("gone"));
  await assertRejects(() => stream.write(Uint8Array.of(65)), Error);
  await inTime(stream.closeWrite(), "closeWrite()");
});

test("WebSocketByteStream takes messages of 64 KiB from a client, and no text", async () => {
  for (
    const [bytes, code] of [
      [frame(2, 65536), undefined],
      [frame(2, 65537), 1009],
      [frame(1, ""), 1003],
    ] as const
  ) {
    const { socket, stream, read } = open();
    socket.arrive(bytes.subarray(0, 512));
    const reading = read().catch((error) => error);
    assert(code ? await reading instanceof WebSocketError : await reading);
    assertEquals(stream.error?.code, code);
  }
});

test("WebSocketByteStream takes messages of any length from a server, and text up to 4 KiB", async () => {
  const plain = { masked: false };
  for (
    const [bytes, code] of [
      [frame(2, 65537, plain), undefined],
      [concat([frame(1, 4096, plain), frame(2, "a", plain)]), 1007], // no UTF-8
      [concat([frame(1, 4097, plain), frame(2, "a", plain)]), 1009],
    ] as const
  ) {
    const { socket, stream } = open("client");
    socket.arrive(bytes);
    const reading = stream.read(new Uint8Array(100_000)).catch((error) =>
      error
    );
    assert(code ? await reading instanceof WebSocketError : await reading);
    assertEquals(stream.error?.code, code);
  }
});

test("WebSocketByteStream.error is what the other end broke, not that it is gone", async () => {
  const { socket, stream, read } = open();
  assertEquals(stream.error, undefined);
  socket.arrive(null);
  await assertRejects(() => read(), Error);
  assertEquals(stream.error, undefined);
});

test("WebSocketByteStream: for a client, some close codes are no errors", async () => {
  for (const code of [undefined, 1000, 1001]) {
    const { socket, read } = open("client");
    const payload = code ? Uint8Array.of(code >> 8, code & 255) : "";
    socket.arrive(frame(8, payload, { masked: false }));
    assertEquals(await read(), null);
  }
});

test("WebSocketByteStream: a client masks with ever new keys, and answers a close frame at once", async () => {
  const texts: string[] = [];
  const { socket, stream, read, written } = open("client", {
    head: frame(1, "from the head", { masked: false }),
    onText: (text: string) => texts.push(text),
  });
  for (let n = 0; n < 8; n++) await stream.write(new Uint8Array(4));
  const bytes = new Uint8Array(socket.written);
  const keys = chunksOf(bytes, 10).map((frame) => frame.slice(2, 6).toHex());
  assert(new Set(keys).size > 1);
  socket.arrive(frame(2, "a", { masked: false }));
  assertEquals(await read(), "a");
  assertEquals(texts, ["from the head"]);
  const goingAway = Uint8Array.of(1001 >> 8, 1001 & 255);
  socket.arrive(frame(8, goingAway, { masked: false }));
  assertEquals(await read(), null);
  await macrotask();
  assertEquals(written().at(-1), "close 1000 ");
});

test("WebSocketByteStream: a client hears why the server closes", async () => {
  const { socket, read } = open("client");
  const code = concat([
    Uint8Array.of(1008 >> 8, 1008 & 255),
    new TextEncoder().encode("too many control frames"),
  ]);
  socket.arrive(frame(8, code, { masked: false }));
  await assertRejects(
    () => read(),
    WebSocketError,
    "the server closed the WebSocket: 1008 too many control frames",
  );
});
