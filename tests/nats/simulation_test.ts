/** The rules of a room under random schedules of faults, and that broken rooms are found. */
// deno-lint-ignore-file no-console -- it says what it has tried
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Engine } from "../../lib/nats/engine.ts";
import { holds } from "../support/property.ts";
import { test } from "../support/test.ts";
import { Coverage } from "./coverage.ts";
import { schedules } from "./schedules.ts";
import { type Planted, play } from "./simulation.ts";

const SCHEDULES = 1000;

test("Room: one order, nothing twice, every message delivered or counted, under any schedule", async (t) => {
  const seed = Deno.env.get("FC_SEED") ??
    `${Math.floor(2 ** 31 * Math.random())}`;
  console.log(`FC_SEED=${seed}`);
  const coverage = new Coverage();
  const property = fc.asyncProperty(
    schedules,
    (steps) => play(steps, coverage),
  );
  if (
    !await holds(t, property, SCHEDULES, {
      get: (name) => name === "FC_SEED" ? seed : Deno.env.get(name),
    })
  ) return;
  console.log(coverage.table);
  assertEquals(coverage.missing, []);
});

test("Room: one order where a batch that a node missed comes again", () =>
  play([
    { event: "cutLost", node: 0, amount: 1 },
    { event: "say", node: 1, amount: 1 },
    { event: "pass", node: 1, amount: 4 }, // nobody answers
    { event: "pass", node: 1, amount: 1 }, // it is sent again
    { event: "deliver", node: 1, amount: 1 }, // the first of the two
    { event: "purge", node: 0, amount: 1 },
    { event: "passLong", node: 0, amount: 3 }, // its id is forgotten
    { event: "mend", node: 0, amount: 1 },
    { event: "say", node: 0, amount: 1 },
    { event: "deliver", node: 0, amount: 1 }, // it asks for what it missed
    { event: "deliver", node: 0, amount: 1 },
    { event: "pass", node: 0, amount: 1 },
    { event: "deliver", node: 0, amount: 1 }, // its own
    { event: "deliver", node: 1, amount: 1 }, // the second of the two
  ]));

/** An engine in which some methods are others. */
function changed(engine: Engine, changes: Partial<Engine>): Engine {
  return {
    links: () => engine.links(),
    open: () => engine.open(),
    publish: (batch, id) => engine.publish(batch, id),
    read: (from, onEntry, signal) => engine.read(from, onEntry, signal),
    close: () => engine.close(),
    ...changes,
  };
}

const PLANTED: Record<string, Planted> = {
  "batches that are sent again out of order": {
    wrap(engine) {
      const known = new Set<string>();
      let held: (() => void) | undefined;
      return changed(engine, {
        publish(batch, id) {
          const isAgain = known.has(id);
          known.add(id);
          if (!isAgain || held) {
            const sent = engine.publish(batch, id);
            held?.();
            held = undefined;
            return sent;
          }
          return new Promise((resolve, reject) => {
            held = () => engine.publish(batch, id).then(resolve, reject);
          });
        },
      });
    },
  },
  "a stream that is taken for the one it was": {
    wrap(engine) {
      let known = 0;
      return changed(engine, {
        async open() {
          const state = await engine.open();
          known = Math.max(known, state.last);
          return { ...state, created: 1, last: known };
        },
      });
    },
  },
  "an id that is used twice": {
    wrap(engine) {
      let sent = 0;
      return changed(engine, {
        publish: (batch, id) =>
          engine.publish(batch, ++sent % 4 === 0 ? "the same" : id),
      });
    },
  },
  "an echo before the stream": { echoes: true },
};

for (const [fault, planted] of Object.entries(PLANTED)) {
  test(`simulation: finds ${fault}`, async () => {
    const property = fc.asyncProperty(
      schedules,
      (steps) => play(steps, undefined, planted),
    );
    const found = await fc.check(property, {
      numRuns: 1000,
      endOnFailure: true, // that it is found is enough
    });
    assert(found.failed, "it was not found");
  });
}
