import { assertEquals } from "@std/assert";
import { Totals } from "../../lib/nats/totals.ts";
import { test } from "../support/test.ts";

/** A batch of `node` with so many messages, after `total` others. */
function batch(node: number, counter: number, total: number, count: number) {
  const run = { bytes: new Uint8Array(), count };
  const header = { node: BigInt(node), asks: false, stream: 1, after: 0 };
  return { ...header, counter, total, run };
}

test("Totals: nothing is missing while all is read", () => {
  const totals = new Totals();
  assertEquals(totals.add(batch(1, 5, 100, 3)), 0); // said 100 before this node joined
  assertEquals(totals.add(batch(1, 6, 103, 2)), 0);
});

test("Totals: what a batch's total is ahead was missed", () => {
  const totals = new Totals();
  totals.add(batch(1, 1, 0, 3));
  assertEquals(totals.add(batch(1, 4, 10, 1)), 7);
});

test("Totals: a node first heard after a gap has all its messages missing", () => {
  const totals = new Totals();
  totals.missed();
  assertEquals(totals.add(batch(1, 4, 10, 1)), 10);
});

test("Totals: a batch that comes again, or after a later one, is known", () => {
  const totals = new Totals();
  totals.add(batch(1, 2, 3, 3));
  assertEquals(totals.add(batch(1, 2, 3, 3)), undefined);
  assertEquals(totals.add(batch(1, 1, 0, 3)), undefined);
});

test("Totals: a node whose total goes back has nothing missing", () => {
  const totals = new Totals();
  totals.add(batch(1, 1, 10, 3));
  assertEquals(totals.add(batch(1, 2, 0, 3)), 0);
});

test("Totals: of 4,096 nodes at the most, the first are forgotten first", () => {
  const totals = new Totals();
  for (let node = 0; node <= 4096; node++) totals.add(batch(node, 1, 0, 1));
  assertEquals(totals.size, 4096);
  assertEquals(totals.add(batch(1, 1, 0, 1)), undefined);
  assertEquals(totals.add(batch(0, 1, 0, 1)), 0); // new again
});
