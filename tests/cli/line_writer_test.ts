import { assert, assertEquals } from "@std/assert";
import { LineWriter } from "../../lib/cli/line_writer.ts";
import { isPending } from "../support/jitter.ts";

/** A stream that is read when the test says so. */
class Stream {
  text = "";
  writes = 0;
  #gate: Promise<void> = Promise.resolve();
  #open = () => {};
  /** How many bytes a write takes. */
  takes = Infinity;
  failure: Error | undefined;

  stop(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#open = resolve;
  }

  go(): void {
    this.#open();
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    await this.#gate;
    if (this.failure) throw this.failure;
    const taken = bytes.subarray(0, this.takes);
    this.text += new TextDecoder().decode(taken);
    return taken.length;
  }
}

Deno.test("LineWriter: lines come out whole and in order, however little a write takes", async () => {
  const stream = new Stream();
  stream.takes = 3;
  const outbox = new LineWriter(stream);
  for (const line of ["one", "two", "", "four"]) assert(outbox.post(line));
  await outbox.flushed();
  assertEquals(stream.text, "one\ntwo\n\nfour\n");
});

Deno.test("LineWriter: what is posted while a write is under way goes out in one more", async () => {
  const stream = new Stream();
  stream.stop();
  const outbox = new LineWriter(stream);
  for (let n = 0; n < 100; n++) outbox.post(`${n}`);
  assert(await isPending(outbox.flushed()));
  stream.go();
  await outbox.flushed();
  assertEquals(stream.text.split("\n").length, 101);
  assertEquals(stream.writes, 2);
});

Deno.test("LineWriter: nobody reads: what waits is bounded, and posting says so at once", async () => {
  const stream = new Stream();
  stream.stop();
  const outbox = new LineWriter(stream);
  const line = "x".repeat(99);
  let posted = 0;
  while (outbox.post(line)) posted++;
  assert(posted > 600 && posted < 700, `${posted}`);
  assert(!outbox.post(line));
  stream.go();
  await outbox.flushed();
  assertEquals(stream.text.length, posted * 100);
  assert(outbox.post(line));
  await outbox.flushed();
});

Deno.test("LineWriter: a stream that fails costs what it did not take, and nothing else", async () => {
  const stream = new Stream();
  stream.failure = new Deno.errors.BrokenPipe("nobody reads");
  const outbox = new LineWriter(stream);
  assert(outbox.post("lost"));
  await outbox.flushed();
  stream.failure = undefined;
  assert(outbox.post("there is room again"));
  await outbox.flushed();
  assertEquals(stream.text, "there is room again\n");
});
