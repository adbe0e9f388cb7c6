import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type Cursor, Log } from "../../lib/hub/log.ts";
import type { Run } from "../../lib/wire/run.ts";
import { test } from "../support/test.ts";

const CAPACITY = 8 * 64; // eight chunks of 64 bytes

/** A log of messages of `length` bytes, each filled with its number. */
function filled(messages: number, length: number): Log {
  const log = new Log(CAPACITY);
  for (let n = 0; n < messages; n++) {
    log.append(new Uint8Array(length).fill(n), 1);
  }
  return log;
}

/** One read, by a reader that never gives back. */
function read(log: Log, cursor: Cursor, limit?: Cursor): Run | undefined {
  return log.read(cursor, limit)?.result.value;
}

test("Log.read() gives what was appended since the cursor was made", () => {
  const log = filled(3, 10);
  const cursor = log.cursor();
  assertEquals(read(log, cursor), undefined);
  log.append(new Uint8Array([1, 2, 3, 4]), 2);
  log.append(new Uint8Array([5, 6]), 1);
  assertEquals(read(log, cursor), {
    bytes: new Uint8Array([1, 2, 3, 4, 5, 6]),
    count: 3,
  });
  assertEquals(read(log, cursor), undefined);
});

test("Log.read() works from before the first message", () => {
  const log = new Log(CAPACITY);
  const cursor = log.cursor();
  const limit = log.cursor();
  assertEquals(read(log, cursor), undefined);
  log.append(new Uint8Array([1]), 1);
  assertEquals(read(log, { ...cursor }, limit), undefined);
  assertEquals(read(log, cursor)?.count, 1);
});

test("Log.read() never cuts a message", () => {
  for (const length of [1, 7, 63, 64, 65, 200, CAPACITY]) {
    const log = new Log(CAPACITY);
    const cursor = log.cursor();
    for (let n = 0; n < 50; n++) {
      log.append(new Uint8Array(length).fill(n), 1);
      if (n % 3 > 0) continue;
      const run = read(log, cursor)!;
      assertEquals(run.bytes.length, run.count * length);
      assertEquals(run.bytes[0], run.bytes[length - 1]);
    }
  }
});

test("Log.append() drops the oldest, whole, and keeps the newest", () => {
  const log = new Log(CAPACITY);
  const cursor = log.cursor();
  for (let n = 0; n < 100; n++) log.append(new Uint8Array(10).fill(n), 1);
  assertEquals(log.end, 100);
  assert(log.start > 0);
  const got = [];
  for (let run; (run = read(log, cursor));) {
    for (let at = 0; at < run.bytes.length; at += 10) got.push(run.bytes[at]);
  }
  assertEquals(
    got,
    Array.from({ length: 100 - log.start }, (_, i) => log.start + i),
  );
  // Six messages fit a chunk of 64 bytes, and eight chunks are kept.
  assert(got.length > 7 * 6 && got.length <= 8 * 6);
});

test("Log.read() stops at its limit, and moves there when it was dropped", () => {
  const log = filled(3, 10);
  const cursor = log.cursor();
  log.append(new Uint8Array([1]), 1);
  const limit = log.cursor();
  log.append(new Uint8Array([2]), 1);
  const late = { ...cursor };
  assertEquals(read(log, cursor, limit), {
    bytes: new Uint8Array([1]),
    count: 1,
  });
  assertEquals(read(log, cursor, limit), undefined);
  for (let n = 0; n < 100; n++) log.append(new Uint8Array(10), 1);
  assertEquals(read(log, late, limit), undefined);
  assertEquals(late, limit);
});

test("Log.read() gives bytes that never change, unless given back", () => {
  const log = new Log(CAPACITY);
  const cursor = log.cursor();
  const source = new Uint8Array([1, 2, 3]);
  log.append(source, 1);
  const { bytes } = read(log, cursor)!;
  source.fill(0);
  for (let n = 0; n < 1000; n++) log.append(new Uint8Array(10).fill(9), 1);
  assertEquals(bytes, new Uint8Array([1, 2, 3]));
});

test("Log.read() copies nothing: readers share the log's memory", () => {
  const log = new Log(CAPACITY);
  const [a, b] = [log.cursor(), log.cursor()];
  log.append(new Uint8Array([1, 2, 3]), 1);
  assertStrictEquals(read(log, a)!.bytes.buffer, read(log, b)!.bytes.buffer);
});

test("Log.read() gives those at one place the same run", () => {
  const log = new Log(CAPACITY);
  const [a, b, c] = [log.cursor(), log.cursor(), log.cursor()];
  log.append(new Uint8Array([1, 2, 3]), 1);
  assertStrictEquals(log.read(a), log.read(b));
  log.append(new Uint8Array([4]), 1);
  assertEquals(read(log, a), { bytes: new Uint8Array([4]), count: 1 });
  assertEquals(read(log, c), { bytes: new Uint8Array([1, 2, 3, 4]), count: 2 });
  assertEquals(read(log, b), { bytes: new Uint8Array([4]), count: 1 });
});

test("Log.release() lets memory serve again, when the last reader gave it back", () => {
  const buffers = (readers: number, released: number) => {
    const log = new Log(CAPACITY);
    const memory = new Set<ArrayBuffer>();
    const cursors = Array.from({ length: readers }, () => log.cursor());
    for (let n = 0; n < 200; n++) {
      log.append(new Uint8Array(64).fill(n), 1);
      for (const [reader, cursor] of cursors.entries()) {
        const { result: { value: run }, chunk } = log.read(cursor)!;
        assertEquals(run.bytes, new Uint8Array(64).fill(n));
        memory.add(run.bytes.buffer);
        if (reader < released) log.release(chunk);
      }
    }
    return memory.size;
  };
  assert(buffers(3, 3) <= CAPACITY / 64 + 1);
  assertEquals(buffers(3, 2), 200);
});

test("Log.append() fills chunks of 64 KiB to the last byte", () => {
  const log = new Log(1024 * 1024);
  const cursor = log.cursor();
  for (let n = 0; n < 32; n++) log.append(new Uint8Array(4096), 1);
  const lengths = [];
  for (let run; (run = read(log, cursor));) lengths.push(run.bytes.length);
  assertEquals(lengths, [64 * 1024, 64 * 1024]);
});

test("Log: one chunk is an eighth of the capacity at most, whatever that is", () => {
  for (const capacity of [4096, 4097, 4103, 10_000, 1_000_000]) {
    const log = new Log(capacity);
    while (log.start === 0) {
      log.append(new Uint8Array(16), 1);
      assert(log.start > 0 || log.end * 16 <= capacity);
    }
    assert(log.start * 16 <= capacity / 8, `${log.start} of ${capacity}`);
  }
});

test("Log.append() holds a message as large as the capacity", () => {
  const log = filled(20, 10);
  const cursor = log.cursor();
  log.append(new Uint8Array(CAPACITY).fill(7), 1);
  assertEquals(read(log, cursor)?.bytes.length, CAPACITY);
  assertEquals(log.start, 20);
});

test("Log: a chunk whose buffer a consumer transferred is passed over, and the rest is kept", () => {
  const log = new Log(CAPACITY);
  const [reader, later] = [log.cursor(), log.cursor()];
  log.append(new Uint8Array([1]), 1);
  structuredClone(null, { transfer: [read(log, reader)!.bytes.buffer] });
  log.append(new Uint8Array([2]), 1); // not into the chunk that is gone
  log.append(new Uint8Array([3]), 1);
  assertEquals(read(log, later), { bytes: new Uint8Array([2, 3]), count: 2 });
  assertEquals(later.message, 3);
  assertEquals(read(log, reader), { bytes: new Uint8Array([2, 3]), count: 2 });
  // It is still counted as memory, and dropped in its turn.
  for (let n = 0; n < 100; n++) log.append(new Uint8Array(64).fill(n), 1);
  assertEquals(log.chunks, 8);
});

test("Log: a closed laggard gets what is kept up to its limit, however little", () => {
  const log = new Log(CAPACITY);
  const cursor = log.cursor();
  for (let n = 0; n < 8; n++) log.append(new Uint8Array(64).fill(n), 1);
  const limit = log.cursor(); // in the eighth chunk
  for (let n = 8; n < 15; n++) log.append(new Uint8Array(64).fill(n), 1);
  assertEquals(log.start, 7, "the limit's chunk is the oldest that is kept");
  assertEquals(read(log, cursor, limit)?.bytes, new Uint8Array(64).fill(7));
  assertEquals(read(log, cursor, limit), undefined);
});

test("Log.isFull when the next chunk drops the oldest", () => {
  const log = new Log(CAPACITY);
  for (let n = 0; n < 8; n++) {
    assertEquals(log.isFull, false, `${n} chunks`);
    log.append(new Uint8Array(64), 1);
  }
  assertEquals([log.isFull, log.chunks, log.start], [true, 8, 0]);
  log.append(new Uint8Array(64), 1);
  assertEquals([log.chunks, log.start], [8, 1]);
});
