import { assertEquals } from "@std/assert";
import { encode } from "@zillions/server/frame";
import { concat } from "@std/bytes/concat";
import { Bodies } from "../../../lib/stresstest/checks/bodies.ts";
import { Checker } from "../../../lib/stresstest/checks/checker.ts";
import { Ledger } from "../../../lib/stresstest/checks/ledger.ts";
import { Tally } from "../../../lib/stresstest/checks/latency_histogram.ts";
import { Violations } from "../../../lib/stresstest/checks/violations.ts";

const MESSAGES = 10;
const SIZES = { min: 16, max: 40 };
const BODIES = new Bodies(1, SIZES);

/** A checker of two clients that are there from the beginning, and one that is not. */
function setup() {
  const violations = new Violations();
  const latency = new Tally();
  const pings: [number, number][] = [];
  const checker = new Checker({
    messages: MESSAGES,
    bodies: BODIES,
    earlier: [new Bodies(0, SIZES)],
    ledger: new Ledger(MESSAGES, 2, 3, violations),
    latency,
    violations,
    interval: 1000,
    steady: 2,
    onPing: (client, ping) => pings.push([client, ping]) > 0 && ping < 2,
  });
  return { checker, violations, latency, pings };
}

function frame(message: number, bodies = BODIES): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(bodies.size(message));
  bodies.write(new DataView(body.buffer), 0, message);
  return encode(body);
}

Deno.test("Checker.take() counts deliveries and their latency", () => {
  const { checker, violations, latency } = setup();
  const bytes = concat([0, 1, 2, 3].map((message) => frame(message)));
  checker.take(0, bytes, 5000);
  checker.take(1, bytes, 6000);
  checker.take(2, bytes, 7000);
  assertEquals(checker.deliveries, 8);
  assertEquals(violations.list(), []);
  assertEquals(latency.summary()?.maxMicroseconds, 6000);
});

Deno.test("Checker.take() shows what is damaged", () => {
  const { checker, violations } = setup();
  const damaged = frame(4);
  damaged[damaged.length - 1]! ^= 1;
  checker.take(1, concat([frame(3), damaged, frame(5)]), 0);
  checker.take(0, encode("hi"), 0);
  assertEquals(checker.deliveries, 2);
  const [first, second] = violations.list();
  assertEquals(first?.verdict, "damaged");
  assertEquals(
    first?.text.replace(/\d+ bytes, .*/, "…"),
    "client 2 received a message nobody sent: …",
  );
  assertEquals(
    second?.text,
    "client 1 received a message nobody sent: 2 bytes, 68 69",
  );
});

Deno.test("Checker.take() passes pings on, and none that was not sent", () => {
  const { checker, violations, pings } = setup();
  checker.take(0, concat([frame(MESSAGES), frame(MESSAGES + 1)]), 0);
  assertEquals(pings, [[0, 0], [0, 1]]);
  assertEquals(violations.none, true);
  checker.take(0, frame(MESSAGES + 7), 0);
  assertEquals(violations.list().map(({ verdict }) => verdict), ["damaged"]);
});

Deno.test("Checker.take() lets pass what is left of an earlier run", () => {
  const { checker, violations } = setup();
  const earlier = new Bodies(0, SIZES);
  checker.take(0, concat([frame(1, earlier), frame(12, earlier)]), 0);
  assertEquals(checker.deliveries, 0);
  assertEquals(violations.none, true);
});
