import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Bodies, MIN_BODY } from "../../../lib/stresstest/checks/bodies.ts";
import { holds } from "../../support/property.ts";
import { test } from "../../support/test.ts";

function written(bodies: Bodies, message: number): DataView {
  const view = new DataView(new ArrayBuffer(bodies.size(message)));
  bodies.write(view, 0, message);
  return view;
}

test("Bodies.matches() accepts every body, which carries its number", () => {
  for (let length = MIN_BODY; length <= 255; length++) {
    const bodies = new Bodies(3, { min: length, max: length });
    const view = written(bodies, 70_000);
    assertEquals(view.getUint32(0, true), 70_000);
    assert(bodies.matches(view, 0, length, 70_000));
  }
});

test("Bodies.matches() notices every changed bit", () => {
  for (const length of [8, 9, 10, 11, 64]) {
    const bodies = new Bodies(0, { min: length, max: length });
    const view = written(bodies, 5);
    for (let bit = 0; bit < 8 * length; bit++) {
      const at = bit >> 3;
      view.setUint8(at, view.getUint8(at) ^ 1 << (bit & 7));
      const message = view.getUint32(0, true);
      assert(!bodies.matches(view, 0, length, message), `bit ${bit}`);
      view.setUint8(at, view.getUint8(at) ^ 1 << (bit & 7));
    }
  }
});

test("Bodies.size() uses the whole range of lengths", () => {
  const bodies = new Bodies(1, { min: 16, max: 19 });
  const sizes = new Set(Array.from({ length: 1000 }, (_, n) => bodies.size(n)));
  assertEquals([...sizes].sort(), [16, 17, 18, 19]);
});

test("Bodies.matches() rejects bodies of another run, message or length", async (t) => {
  const number = fc.nat(1_000_000);
  await holds(
    t,
    fc.property(number, number, fc.nat(50), (message, other, run) => {
      fc.pre(message !== other);
      const bodies = new Bodies(run, { min: 8, max: 255 });
      const view = written(bodies, message);
      const length = view.byteLength;
      assert(!bodies.matches(view, 0, length - 1, message));
      assert(!bodies.matches(view, 0, length, other));
      const later = new Bodies(run + 1, { min: length, max: length });
      assert(!later.matches(view, 0, length, message));
    }),
  );
});
