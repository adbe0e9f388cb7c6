import { assert, assertEquals, assertRejects } from "@std/assert";
import { LINE_WRITER_CAPACITY, LineWriter } from "../../lib/cli/line_writer.ts";
import { isPending } from "../support/jitter.ts";
import { test } from "../support/test.ts";

/** A stream that takes bytes when the test says so. */
class Stream {
  /** The size of each write. */
  readonly writes: number[] = [];
  text = "";
  /** How many bytes a write takes. */
  takes = Infinity;
  error: Error | undefined;
  readonly #utf8 = new TextDecoder();
  #gate: Promise<void> = Promise.resolve();
  #open = () => {};

  stop(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#open = resolve;
  }

  go(): void {
    this.#open();
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.writes.push(bytes.length);
    await this.#gate;
    if (this.error) throw this.error;
    const taken = bytes.subarray(0, this.takes);
    this.text += this.#utf8.decode(taken, { stream: true });
    return taken.length;
  }
}

test("LineWriter: lines come out whole and in order, however little a write takes", async () => {
  const stream = new Stream();
  stream.takes = 3;
  const writer = new LineWriter(stream);
  for (const line of ["one", "two", "", "天地"]) {
    assert(writer.tryWrite(line));
    await writer.write(new TextEncoder().encode(line));
  }
  await writer.flushed();
  assertEquals(stream.text, "one\none\ntwo\ntwo\n\n\n天地\n天地\n");
});

test("LineWriter: lines that come during a write go out together in the next", async () => {
  const stream = new Stream();
  stream.stop();
  const writer = new LineWriter(stream);
  for (let n = 0; n < 100; n++) writer.tryWrite("four");
  assert(await isPending(writer.flushed()));
  stream.go();
  await writer.flushed();
  assertEquals(stream.writes, [5, 99 * 5]);
});

test("LineWriter.tryWrite() drops a line that has no room, and says so", async () => {
  const stream = new Stream();
  stream.stop();
  const writer = new LineWriter(stream);
  const line = "x".repeat(255);
  let written = 0;
  while (writer.tryWrite(line)) written++;
  // One line is in the write, the others fill the capacity.
  assertEquals(written, 1 + LINE_WRITER_CAPACITY / 256);
  assert(!writer.tryWrite(""));
  stream.go();
  await writer.flushed();
  assertEquals(stream.text.length, written * 256);
  assert(writer.tryWrite(line));
  await writer.flushed();
});

test("LineWriter.write() waits for room", async () => {
  const stream = new Stream();
  stream.stop();
  const writer = new LineWriter(stream);
  const line = new Uint8Array(255);
  await writer.write(line);
  for (let n = 0; n < 256; n++) await writer.write(line);
  const waiting = writer.write(line);
  assert(await isPending(waiting));
  stream.go();
  await waiting;
  await writer.flushed();
  assertEquals(stream.writes, [256, LINE_WRITER_CAPACITY, 256]);
});

test("LineWriter: a line longer than the capacity is never written", async () => {
  const stream = new Stream();
  const writer = new LineWriter(stream);
  const line = new Uint8Array(LINE_WRITER_CAPACITY);
  assert(!writer.tryWrite(line));
  await assertRejects(() => writer.write(line), RangeError, "65536");
  await writer.write(line.subarray(1));
  const waiting = writer.write(line);
  await assertRejects(() => waiting, RangeError);
  assertEquals(stream.writes, [LINE_WRITER_CAPACITY]);
});

test("LineWriter: when the stream fails, what it did not take is lost, and nothing else", async () => {
  const stream = new Stream();
  stream.error = new Deno.errors.BrokenPipe("nobody reads");
  const writer = new LineWriter(stream);
  assert(writer.tryWrite("lost"));
  await writer.flushed();
  stream.error = undefined;
  assert(writer.tryWrite("there is room again"));
  await writer.flushed();
  assertEquals(stream.text, "there is room again\n");
});

test("LineWriter.lost counts the lines that were not taken whole, and an unfinished one stays alone", async () => {
  const stream = new Stream();
  const writer = new LineWriter(stream);
  const write = async (text: string, taken: number) => {
    let takes = taken;
    stream.write = (bytes) => {
      if (takes === 0) return Promise.reject(new Error("disk full"));
      const part = bytes.subarray(0, takes);
      takes -= part.length;
      stream.text += new TextDecoder().decode(part);
      return Promise.resolve(part.length);
    };
    for (const line of text.split(" ")) writer.tryWrite(line);
    await writer.flushed();
    return [writer.lost, writer.fails];
  };
  assertEquals(await write("whole", Infinity), [0, false]);
  assertEquals(await write("half", 2), [1, true]);
  assertEquals(await write("lost", 0), [2, true]);
  assertEquals(await write("line", 1), [3, true]); // the end of the unfinished one
  assertEquals(await write("whole", 6), [3, false]);
  assertEquals(await write("two lines", Infinity), [3, false]);
  assertEquals(stream.text, "whole\nha\nwhole\ntwo\nlines\n");
});

test("LineWriter.failed resolves with the first error of the stream", async () => {
  const stream = new Stream();
  const writer = new LineWriter(stream);
  await writer.write("fine");
  await writer.flushed();
  assert(await isPending(writer.failed));
  const errors = [new Error("disk full"), new Error("still full")];
  for (stream.error of errors) {
    await writer.write("lost");
    await writer.flushed();
  }
  assertEquals(await writer.failed, errors[0]);
});
