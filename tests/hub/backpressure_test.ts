import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  Backpressure,
  MAX_HELD_TICKS,
  PUBLISHERS_PER_TICK,
  type Reader,
} from "../../lib/hub/backpressure.ts";
import { Log } from "../../lib/hub/log.ts";
import { holds } from "../support/property.ts";
import { test } from "../support/test.ts";

const CHUNK = 64 * 1024;
const CHUNKS = 16;

/** Backpressure of a log of 16 chunks, and readers of it. */
function world() {
  const log = new Log(CHUNKS * CHUNK);
  const readers = new Set<Reader>();
  const backpressure = new Backpressure(log, readers);
  return {
    log,
    readers,
    backpressure,
    reader(): Reader {
      const reader = {
        ...log.cursor(),
        takenTick: -Infinity,
        takenAt: -Infinity,
      };
      readers.add(reader);
      return reader;
    },
    /** Broadcasts so many chunks. */
    broadcast(chunks: number, time: number): void {
      for (let n = 0; n < chunks; n++) {
        log.append(new Uint8Array(CHUNK), 1);
        backpressure.broadcast(CHUNK, time);
      }
    },
  };
}

test("Backpressure.asked() with more than two chunks left makes publishers wait, with two it does not", () => {
  for (const [chunks, level] of [[2, "ok"], [3, "behind"]] as const) {
    const { backpressure, broadcast, reader } = world();
    const eager = reader();
    broadcast(chunks, 0);
    eager.takenTick = 4;
    backpressure.asked(eager, 5);
    assertEquals(backpressure.level(5), level);
    assertEquals(
      backpressure.admit(6, 0),
      level === "ok" ? PUBLISHERS_PER_TICK : 0,
    );
  }
});

test("Backpressure.asked() by a reader that comes back later than the next tick holds up nobody", () => {
  for (
    const [tick, level] of [[4, "behind"], [5, "behind"], [6, "ok"]] as const
  ) {
    const { backpressure, broadcast, reader } = world();
    const slow = reader();
    broadcast(10, 0);
    slow.takenTick = 4;
    backpressure.asked(slow, tick);
    assertEquals(backpressure.level(tick), level);
  }
});

test("Backpressure: a reader was behind in this tick or the last, and then it is over", () => {
  const { backpressure, broadcast, reader } = world();
  const eager = reader();
  broadcast(10, 0);
  eager.takenTick = 5;
  backpressure.asked(eager, 5);
  assertEquals([5, 6, 7].map((tick) => backpressure.level(tick)), [
    "behind",
    "behind",
    "ok",
  ]);
});

test("Backpressure: a reader that is behind for ever holds publishers up for 256 ticks, each time", () => {
  const { backpressure, broadcast, reader } = world();
  const eager = reader();
  broadcast(10, 0);
  const admitted: number[] = [];
  for (let tick = 1; tick <= 3 * MAX_HELD_TICKS; tick++) {
    eager.takenTick = tick - 1;
    backpressure.asked(eager, tick - 1);
    if (backpressure.admit(tick, 0) > 0) admitted.push(tick);
  }
  assertEquals(admitted, [1, 2, 3].map((n) => n * MAX_HELD_TICKS));
});

test("Backpressure: a reader in the oldest quarter of a full log is endangered, if it took a run within 100 ms", () => {
  for (
    const [before, ago, level] of [
      [0, 100, "endangered"],
      [3, 100, "endangered"],
      [4, 100, "ok"],
      [0, 101, "ok"], // stuck: nobody waits for it
      [-1, 0, "endangered"], // it has lost messages already
    ] as const
  ) {
    const { backpressure, broadcast, log, reader } = world();
    broadcast(2 * CHUNKS, 0);
    const slow = reader();
    slow.takenAt = 1000 - ago;
    slow.chunk = 2 * CHUNKS - CHUNKS + before;
    // One chunk more drops the oldest before the level is computed.
    slow.chunk += 1;
    broadcast(1, 1000);
    assertEquals(log.chunksBefore(slow), before);
    assertEquals(backpressure.level(1), level, `${before} chunks, ${ago} ms`);
  }
});

test("Backpressure: nobody is endangered where the log is not full", () => {
  const { backpressure, broadcast, reader } = world();
  reader().takenAt = 0;
  broadcast(CHUNKS - 1, 0);
  assertEquals(backpressure.level(1), "ok");
  broadcast(1, 0);
  assertEquals(backpressure.level(1), "endangered");
});

test("Backpressure: while a reader is endangered 64 KiB go on each 4 ms, publisher by publisher", () => {
  const { backpressure, broadcast, reader } = world();
  reader().takenAt = 0;
  broadcast(CHUNKS, 10);
  assertEquals([13.9, 14].map((time) => backpressure.pause(time)), [
    14 - 13.9,
    0,
  ]);
  assertEquals(backpressure.admit(1, 13.9), 0);
  assertEquals(backpressure.admit(2, 14), 1);
  // 64 KiB in small parts: the level holds until all of it is there.
  for (let n = 1; n < 64; n++) backpressure.broadcast(1024, 14);
  assertEquals(backpressure.admit(3, 14), 1);
  backpressure.broadcast(1024, 14);
  assertEquals(backpressure.admit(4, 14), 0);
  assertEquals(backpressure.pause(14), 4);
});

test("Backpressure counts from the first byte, and until then nobody is endangered", () => {
  const { backpressure, log, reader } = world();
  reader().takenAt = 0;
  for (let n = 0; n < CHUNKS; n++) log.append(new Uint8Array(CHUNK), 1);
  assertEquals(backpressure.level(1), "ok");
  backpressure.broadcast(CHUNK - 1, 0);
  assertEquals(backpressure.level(1), "ok");
  backpressure.broadcast(1, 0);
  assertEquals(backpressure.level(1), "endangered");
});

test("Backpressure that is told to throttle while it does goes on with it", () => {
  const { backpressure, broadcast, reader } = world();
  reader().takenAt = 0;
  broadcast(CHUNKS, 0);
  backpressure.throttles = true;
  assertEquals([backpressure.level(5), backpressure.pause(0)], [
    "endangered",
    4,
  ]);
});

test("Backpressure that does not throttle lets endangered readers lose, at once", () => {
  const { backpressure, broadcast, reader } = world();
  const slow = reader();
  slow.takenAt = 0;
  broadcast(CHUNKS + 1, 0);
  assertEquals([backpressure.level(5), backpressure.pause(0)], [
    "endangered",
    4,
  ]);
  backpressure.throttles = false;
  assertEquals([backpressure.level(5), backpressure.pause(0)], ["ok", 0]);
  broadcast(CHUNKS, 0);
  assertEquals(backpressure.level(5), "ok");
  assertEquals(backpressure.throttles, false);
  backpressure.throttles = true;
  broadcast(1, 0);
  assertEquals(backpressure.level(5), "endangered");
});

test("Backpressure: what is over 64 KiB counts for the next pause", () => {
  const { backpressure, broadcast, reader } = world();
  reader().takenAt = 0;
  broadcast(CHUNKS, 0);
  const pauses = [];
  let time = 4;
  for (let n = 1; n <= 8; n++) {
    backpressure.broadcast(CHUNK * 3 / 4, time);
    pauses.push(backpressure.pause(time));
    time += backpressure.pause(time);
  }
  assertEquals(pauses, [0, 4, 4, 4, 0, 4, 4, 4]);
});

test("Backpressure: what a pause took too long is spared in the next, up to a whole pause", () => {
  const { backpressure, broadcast, reader } = world();
  const slow = reader();
  slow.takenAt = 100;
  broadcast(CHUNKS, 100); // the first pause is whole
  const pauses = [backpressure.pause(100)];
  for (const time of [107, 108, 112, 116, 199, 200]) {
    slow.takenAt = time;
    broadcast(1, time);
    pauses.push(backpressure.pause(time));
  }
  assertEquals(pauses, [4, 1, 4, 4, 4, 0, 3]);
});

test("Backpressure: a pause is whole where none was before it", () => {
  const { backpressure, broadcast, reader } = world();
  const slow = reader();
  slow.takenAt = 0;
  broadcast(CHUNKS, 0);
  slow.takenAt = -1000;
  broadcast(1, 10);
  slow.takenAt = 20;
  broadcast(1, 20);
  assertEquals(backpressure.pause(20), 4);
});

test("Backpressure has the numbers that are promised", () => {
  assertEquals([MAX_HELD_TICKS, PUBLISHERS_PER_TICK], [256, 16]);
});

test("Backpressure: when no reader is endangered any more, publishers go on as usual", () => {
  const { backpressure, broadcast, reader } = world();
  const slow = reader();
  slow.takenAt = 0;
  broadcast(CHUNKS, 10);
  Object.assign(slow, { chunk: CHUNKS - 1, takenAt: 14 });
  broadcast(1, 14);
  assertEquals(backpressure.level(1), "ok");
  assertEquals(backpressure.admit(1, 14), PUBLISHERS_PER_TICK);
});

/** What can happen, and how long it takes. */
const step = fc.oneof(
  fc.record({ do: fc.constant("tick" as const), ms: fc.nat(10) }),
  fc.record({
    do: fc.constant("take" as const),
    who: fc.nat(2),
    chunks: fc.nat(20),
  }),
  fc.record({ do: fc.constant("ask" as const), who: fc.nat(2) }),
);

test("Backpressure: under any schedule publishers bring 64 KiB in 4 ms, and at most as much again, while a reader is endangered, and never wait longer than 256 ticks and 4 ms", async (t) => {
  await holds(
    t,
    fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
      const { backpressure, broadcast, log, reader } = world();
      const readers = [reader(), reader(), reader()];
      let tick = 0;
      let time = 0;
      let waitedTicks = 0;
      /** When publishers broadcast, since a reader is endangered. */
      let times: number[] = [];
      for (const step of steps) {
        if (step.do === "tick") {
          tick++;
          time += step.ms;
          const paused = backpressure.pause(time);
          const admitted = backpressure.admit(tick, time);
          if (admitted === 0) {
            if (paused === 0) waitedTicks++;
            assertEquals(paused <= 4 && waitedTicks < MAX_HELD_TICKS, true);
            continue;
          }
          waitedTicks = 0;
          times.push(time);
          times.forEach((then, n) =>
            assert(time - then >= 4 * (times.length - n - 2), "too much")
          );
          broadcast(1, time);
          if (backpressure.level(tick) !== "endangered") times = [];
          else {
            // Only for a reader that took lately, and is near the end of a full log.
            const near = readers.filter((r) =>
              time - r.takenAt <= 100 && log.chunksBefore(r) < log.chunks / 4
            );
            assertEquals(near.length > 0 && log.isFull, true);
          }
        } else if (step.do === "take") {
          const reader = readers[step.who]!;
          Object.assign(reader, { takenTick: tick, takenAt: time });
          const left = log.chunksFrom(reader);
          reader.chunk += Math.min(step.chunks, Math.max(0, left - 1));
        } else {
          backpressure.asked(readers[step.who]!, tick);
        }
      }
    }),
    600,
  );
});
