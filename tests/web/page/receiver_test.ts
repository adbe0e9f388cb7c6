import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { KEPT, MessageRing } from "../../../lib/web/page/message_ring.ts";
import { Outstanding } from "../../../lib/web/page/outstanding.ts";
import { Receiver } from "../../../lib/web/page/receiver.ts";
import { encode } from "../../../lib/wire/frame.ts";
import { bodyOf, chunksOf } from "../../support/bytes.ts";
import { holds } from "../../support/property.ts";
import { test } from "../../support/test.ts";

const NOW = Date.UTC(2026, 0, 2);

function setUp() {
  const ring = new MessageRing();
  const outstanding = new Outstanding();
  return { ring, outstanding, receiver: new Receiver(ring, outstanding) };
}

/** Everything that the ring keeps. */
function kept(ring: MessageRing): Uint8Array[] {
  const bodies = [];
  for (let n = ring.start; n < ring.end; n++) bodies.push(ring.body(n).slice());
  return bodies;
}

test("Receiver puts the messages of any pieces into the ring, in their order", async (t) => {
  const body = fc.uint8Array({ maxLength: 255 });
  await holds(
    t,
    fc.property(
      fc.array(body, { maxLength: 20 }),
      fc.integer({ min: 1, max: 600 }),
      (bodies, size) => {
        const { ring, receiver } = setUp();
        const stream = concat(bodies.map((body) => encode(body)));
        for (const piece of chunksOf(stream, size)) {
          receiver.push(piece, NOW);
          if (piece[0]! % 2 === 0) receiver.flush();
        }
        receiver.flush();
        assertEquals(kept(ring), bodies.map((body) => Uint8Array.from(body)));
      },
    ),
  );
});

test("Receiver counts all messages of a flood, and keeps the newest", () => {
  const { ring, receiver } = setUp();
  const count = 100_000;
  const stream = concat(
    Array.from({ length: count }, (_, n) => encode(`${n}`)),
  );
  receiver.push(stream, NOW);
  assertEquals(ring.received, 0); // until the page draws
  receiver.flush();
  assertEquals(ring.received, count);
  assert(ring.end - ring.start <= KEPT);
  assertEquals(ring.body(ring.end - 1), new TextEncoder().encode("99999"));
  receiver.push(new Uint8Array(20_000), NOW); // 20,000 empty ones
  receiver.flush();
  assertEquals(ring.received, count + 20_000);
  assertEquals(kept(ring), Array.from({ length: KEPT }, () => bodyOf(0)));
});

test("Receiver marks the oldest outstanding message with an equal body, in a flood, too", () => {
  const { ring, outstanding, receiver } = setUp();
  outstanding.add(bodyOf(3));
  outstanding.add(bodyOf(0));
  const flood = Array.from({ length: 3 * KEPT }, () => encode(bodyOf(0)));
  receiver.push(concat([encode(bodyOf(3)), encode(bodyOf(2)), ...flood]), NOW);
  receiver.flush();
  assertEquals(outstanding.isEmpty, true);
  assertEquals(ring.received, 3 * KEPT + 2);
  outstanding.add(bodyOf(9));
  receiver.push(encode(bodyOf(8)), NOW);
  receiver.push(encode(bodyOf(9)), NOW);
  receiver.flush();
  receiver.push(encode(bodyOf(9)), NOW);
  receiver.flush();
  const kinds = [3, 2, 1].map((n) => ring.kind(ring.end - n));
  assertEquals(kinds, ["message", "own", "message"]);
});

test("Receiver keeps what a page needs that does not draw for long, and no more", () => {
  const { ring, outstanding, receiver } = setUp();
  const stream = concat(Array.from({ length: 1000 }, () => encode(bodyOf(60))));
  outstanding.add(bodyOf(60));
  for (let n = 0; n < 100; n++) receiver.push(stream, NOW + n);
  // All but those that the ring will have are passed over, the own one among them.
  assertEquals([ring.received, outstanding.isEmpty], [95_000, true]);
  receiver.flush();
  assertEquals(ring.received, 100_000);
  assertEquals(ring.end - ring.start, KEPT);
  assertEquals(ring.time(ring.start), NOW + 95);
});
