import { assertEquals } from "@std/assert";
import { Batcher } from "../../lib/nats/batcher.ts";
import {
  MAX_BYTES_IN_FLIGHT,
  MAX_IN_FLIGHT,
  Window,
} from "../../lib/nats/window.ts";
import { encode } from "../../lib/wire/frame.ts";
import { test } from "../support/test.ts";

/** A window of batches of one message each, sent at 0, 10, 20 ms and so on. */
function filled(batches: number): Window {
  const window = new Window();
  const batcher = new Batcher(1n);
  for (let n = 0; n < batches; n++) {
    batcher.add({ bytes: encode("a"), count: 1 });
    window.add(batcher.take(1, 0, false), n * 10);
  }
  return window;
}

test("Window: has room for 64 batches", () => {
  assertEquals(filled(MAX_IN_FLIGHT - 1).hasRoom(1), true);
  assertEquals(filled(MAX_IN_FLIGHT).hasRoom(1), false);
});

test("Window: has room for 4 MiB", () => {
  const window = filled(1);
  const left = MAX_BYTES_IN_FLIGHT - window.bytes;
  assertEquals([window.hasRoom(left), window.hasRoom(left + 1)], [true, false]);
});

test("Window: a batch that is read back settles it, and older ones are lost", () => {
  const window = filled(4);
  assertEquals(window.readBack(1), 0);
  assertEquals(window.readBack(3), 1);
  assertEquals([window.size, window.oldest], [1, 4]);
  assertEquals(window.readBack(3), 0); // it was settled before
  assertEquals(window.readBack(4), 0);
  assertEquals([window.size, window.bytes, window.oldest], [0, 0, Infinity]);
});

test("Window: what was sent before the duplicate window, or nearly, is given up", () => {
  const window = filled(4);
  assertEquals(window.open(100, 100), 3); // a quarter of it is the margin
  assertEquals(window.oldest, 4);
  assertEquals(window.open(30 + 115_000, 120_000), 0); // at most 5 s are
  assertEquals(window.open(31 + 115_000, 120_000), 1);
});

test("Window: what is stored where the stream was read already is lost, with all before it", () => {
  const window = filled(5);
  assertEquals(window.isOldestStored, false);
  assertEquals(window.stored(2, 7), undefined);
  assertEquals(window.stored(99, 1), undefined); // it is not in flight any more
  assertEquals(window.passed(6), undefined);
  assertEquals(window.passed(7), 2);
  assertEquals(window.stored(3, 7), 1); // its answer came late
  assertEquals(window.stored(4, 9), undefined);
  assertEquals(window.isOldestStored, true);
  window.open(0, 1e6); // a session later that is not known any more
  assertEquals(window.isOldestStored, false);
  assertEquals(window.passed(9), undefined);
  assertEquals([...window.batches()].map(({ counter }) => counter), [4, 5]);
});

test("Window: nothing is left when all is lost", () => {
  const window = filled(3);
  assertEquals(window.loseUpTo(Infinity), 3);
  assertEquals(window.size, 0);
});
