import { assertEquals } from "@std/assert";
import { KEPT, MessageRing } from "../../../lib/web/page/message_ring.ts";
import { bodyOf } from "../../support/bytes.ts";
import { test } from "../../support/test.ts";

const NOW = Date.UTC(2026, 0, 2);

test("MessageRing keeps the newest 5,000 entries as they came", () => {
  const ring = new MessageRing();
  const count = 2 * KEPT + 7;
  for (let n = 0; n < count; n++) {
    ring.add(n % 3 === 0 ? "own" : "message", bodyOf(n % 256), NOW + n);
  }
  assertEquals([ring.start, ring.end], [count - KEPT, count]);
  for (let n = ring.start; n < ring.end; n++) {
    assertEquals(ring.body(n), bodyOf(n % 256));
    assertEquals(ring.kind(n), n % 3 === 0 ? "own" : "message");
    assertEquals(ring.time(n), NOW + n);
  }
});

test("MessageRing copies bodies, and of more than 255 bytes the first", () => {
  const ring = new MessageRing();
  const body = new Uint8Array(300).fill(1);
  ring.add("notice", body, NOW);
  body.fill(2);
  assertEquals(ring.body(0), new Uint8Array(255).fill(1));
});

test("MessageRing counts messages received, and shown once each; notices are none", () => {
  const ring = new MessageRing();
  const counts = () => [ring.received, ring.shown];
  for (const kind of ["message", "own", "notice"] as const) {
    ring.add(kind, bodyOf(1), NOW);
  }
  assertEquals(counts(), [2, 0]);
  for (const n of [0, 1, 2, 1]) ring.markShown(n);
  assertEquals(counts(), [2, 2]);
  for (let n = 0; n < KEPT; n++) ring.add("message", bodyOf(1), NOW);
  ring.markShown(KEPT); // in the place of one that had been shown
  assertEquals(counts(), [KEPT + 2, 3]);
});

test("MessageRing.skip() counts messages, and nothing before them is kept", () => {
  const ring = new MessageRing();
  ring.add("message", bodyOf(1), NOW);
  ring.skip(9);
  assertEquals([ring.received, ring.start, ring.end], [10, 10, 10]);
  ring.add("message", bodyOf(2), NOW);
  assertEquals([ring.received, ring.start, ring.end], [11, 10, 11]);
  assertEquals(ring.body(10), bodyOf(2));
});
