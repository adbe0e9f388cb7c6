import { assertEquals } from "@std/assert";
import { encode } from "@zillions/server/frame";
import { concat } from "@std/bytes/concat";
import { Bodies } from "../../../lib/stresstest/checks/bodies.ts";
import { Checker } from "../../../lib/stresstest/checks/checker.ts";
import { Ledger } from "../../../lib/stresstest/checks/ledger.ts";
import { LatencyHistogram } from "../../../lib/stresstest/checks/latency_histogram.ts";
import { Violations } from "../../../lib/stresstest/checks/violations.ts";
import { test } from "../../support/test.ts";

const MESSAGES = 10;
const SIZES = { min: 16, max: 40 };
const BODIES = new Bodies(1, SIZES);

/** A checker of two steady clients and one that comes and goes. */
function setup() {
  const violations = new Violations();
  const latency = new LatencyHistogram();
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

test("Checker.check() counts deliveries and their latency", () => {
  const { checker, violations, latency } = setup();
  const bytes = concat([0, 1, 2, 3].map((message) => frame(message)));
  checker.check(0, bytes, 5000);
  checker.check(1, bytes, 6000);
  checker.check(2, bytes, 7000);
  assertEquals(checker.deliveries, 8);
  assertEquals(violations.list(), []);
  assertEquals(latency.summary()?.maxMicroseconds, 6000);
});

test("Checker.check() reports damage", () => {
  const { checker, violations } = setup();
  const damaged = frame(4);
  damaged[damaged.length - 1]! ^= 1;
  checker.check(1, concat([frame(3), damaged, frame(5)]), 0);
  checker.check(0, encode("hi"), 0);
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

test("Checker.check() passes pings on, and reports a ping that was not sent", () => {
  const { checker, violations, pings } = setup();
  checker.check(0, concat([frame(MESSAGES), frame(MESSAGES + 1)]), 0);
  assertEquals(pings, [[0, 0], [0, 1]]);
  assertEquals(violations.none, true);
  checker.check(0, frame(MESSAGES + 7), 0);
  assertEquals(violations.list().map(({ verdict }) => verdict), ["damaged"]);
});

test("Checker.check() accepts late messages of an earlier run", () => {
  const { checker, violations } = setup();
  const earlier = new Bodies(0, SIZES);
  checker.check(0, concat([frame(1, earlier), frame(12, earlier)]), 0);
  assertEquals(checker.deliveries, 0);
  assertEquals(violations.none, true);
});
