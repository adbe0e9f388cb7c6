import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Hub } from "../../lib/hub/hub.ts";
import { Lag } from "../../lib/server/lag.ts";
import { macrotask } from "../support/jitter.ts";
import { test } from "../support/test.ts";

/** A lag that is told what its channel is like, and what it told. */
function observed() {
  const channel = { dropped: 0, droppedBefore: 0, lag: 0, closed: false };
  const told: [string, number][] = [];
  const lag = new Lag(channel, {
    lagChanged: (...what) => told.push(what),
  });
  const look = (seen: Partial<typeof channel>) => {
    Object.assign(channel, seen);
    lag.check();
  };
  return { look, told, lag, channel };
}

test("Lag.missed() is what a run comes after, and at the end all the rest", () => {
  const { lag, channel } = observed();
  assertEquals(lag.missed(), 0);
  Object.assign(channel, { dropped: 7, droppedBefore: 5 });
  assertEquals([lag.missed(), lag.missed()], [5, 0]);
  channel.droppedBefore = 7;
  assertEquals(lag.missed(), 2);
  channel.dropped = 10;
  assertEquals([lag.missed(true), lag.missed(true)], [3, 0]);
});

test("Lag: one that loses nothing is not told of, however far behind", () => {
  const { look, told } = observed();
  look({ lag: 0 });
  look({ lag: 1_000_000 });
  look({ lag: 0 });
  assertEquals(told, []);
});

test("Lag: an episode is told once, and its end with all that it cost", () => {
  const { look, told } = observed();
  look({ dropped: 5, lag: 100 });
  look({ dropped: 5, lag: 50 });
  look({ dropped: 70, lag: 100 });
  assertEquals(told, [["lagging", 5]]);
  look({ lag: 0 });
  assertEquals(told, [["lagging", 5], ["caughtUp", 70]]);
  look({ lag: 3 });
  look({ lag: 0 });
  assertEquals(told.length, 2);
});

test("Lag: the next episode counts from the end of the last", () => {
  const { look, told } = observed();
  look({ dropped: 5, lag: 1 });
  look({ lag: 0 });
  look({ dropped: 6, lag: 1 });
  look({ dropped: 8, lag: 0 });
  assertEquals(told, [["lagging", 5], ["caughtUp", 5], ["lagging", 1], [
    "caughtUp",
    3,
  ]]);
});

test("Lag: an episode that is over when it is first seen is told all the same", () => {
  const { look, told } = observed();
  look({ dropped: 5, lag: 0 });
  assertEquals(told, [["lagging", 5], ["caughtUp", 5]]);
});

test("Lag: one that leaves has not caught up", () => {
  const { look, told } = observed();
  look({ dropped: 5, lag: 1 });
  look({ lag: 0, closed: true });
  assertEquals(told, [["lagging", 5]]);
});

test("Lag: episodes alternate, and together are what the channel dropped", async () => {
  const step = fc.oneof(
    fc.record({ broadcast: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 20 }) }),
    fc.constant({ look: true }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const hub = new Hub({ capacity: 4096 });
      const channel = hub.subscribe();
      const begun: number[] = [];
      const ended: number[] = [];
      const lag = new Lag(channel, {
        lagChanged: (change, dropped) =>
          (change === "lagging" ? begun : ended).push(dropped),
      });
      const take = async () => {
        if (channel.lag === 0) return;
        await channel.next();
        lag.check();
      };
      for (const step of steps) {
        if ("broadcast" in step) {
          for (let n = 0; n < step.broadcast; n++) {
            hub.broadcast(new Uint8Array(50));
          }
        } else if ("take" in step) {
          for (let n = 0; n < step.take; n++) await take();
        } else lag.check();
        assert(begun.length - ended.length <= 1);
      }
      while (channel.lag > 0) await take();
      assertEquals(begun.length, ended.length);
      assertEquals(ended.reduce((sum, n) => sum + n, 0), channel.dropped);
      assert(begun.every((n, at) => n > 0 && n <= ended[at]!));
      channel[Symbol.dispose]();
      await macrotask();
    }),
  );
});
