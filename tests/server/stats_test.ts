import { assertEquals } from "@std/assert";
import { StatsCounter } from "../../lib/server/stats.ts";
import { test } from "../support/test.ts";

const NONE = { rateLimited: 0, unreported: 0 };

test("StatsCounter: all counts begin at 0", () => {
  const { disconnected, ...counts } = new StatsCounter().stats([], NONE);
  const all = [...Object.values(counts), ...Object.values(disconnected)];
  assertEquals(new Set(all), new Set([0]));
});

test("StatsCounter.stats() adds up what channels dropped, and has the greatest lag", () => {
  const counter = new StatsCounter();
  counter.dropped = 100;
  const channels = [{ dropped: 1, lag: 2 }, { dropped: 20, lag: 7 }, {
    dropped: 0,
    lag: 3,
  }];
  const { clients, dropped, lag } = counter.stats(channels, NONE);
  assertEquals({ clients, dropped, lag }, { clients: 3, dropped: 121, lag: 7 });
});

test("StatsCounter.stats() is a copy, which does not change", () => {
  const counter = new StatsCounter();
  const before = counter.stats([], { rateLimited: 3, unreported: 4 });
  counter.traffic.messagesIn++;
  counter.disconnected.reset++;
  counter.acceptErrors++;
  const after = counter.stats([], NONE);
  assertEquals([before.messagesIn, after.messagesIn], [0, 1]);
  assertEquals([before.disconnected.reset, after.disconnected.reset], [0, 1]);
  assertEquals([before.acceptErrors, after.acceptErrors], [0, 1]);
  assertEquals([before.rateLimited, before.unreported], [3, 4]);
});

test("StatsCounter.refuse() counts by limit", () => {
  const counter = new StatsCounter();
  counter.refuse("maxClients");
  counter.refuse("maxClientsPerAddress");
  counter.refuse("maxClientsPerAddress");
  const { refused, refusedPerAddress } = counter.stats([], NONE);
  assertEquals([refused, refusedPerAddress], [1, 2]);
});
