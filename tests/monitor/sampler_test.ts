import { assertEquals } from "@std/assert";
import { Sampler } from "../../lib/monitor/sampler.ts";
import type { Stats } from "../../lib/server/serve.ts";
import { isPending } from "../support/jitter.ts";
import { test } from "../support/test.ts";

/** A sampler of metrics that the test sets. */
function open() {
  const stats = {
    ...{ clients: 0, lag: 0, dropped: 0 },
    ...{ messagesIn: 0, messagesOut: 0, bytesIn: 0, bytesOut: 0 },
  };
  const metrics = { now: 0, cpu: 0, rss: 0, heapUsed: 0 };
  const sampler = new Sampler({
    stats: () => ({ ...stats }) as unknown as Stats,
    now: () => metrics.now,
    memory: () => metrics,
    cpu: () => metrics.cpu,
  });
  /** Lets time pass, and ticks. */
  const pass = (milliseconds: number, late = 0) => {
    metrics.now += milliseconds;
    sampler.tick(late);
  };
  return { stats, metrics, sampler, pass };
}

test("Sampler: rates are by second, of the time that has really passed", () => {
  const { stats, metrics, sampler, pass } = open();
  Object.assign(stats, { clients: 3, lag: 7, messagesIn: 40, bytesOut: 8 });
  Object.assign(metrics, { cpu: 1, rss: 5000 });
  pass(1999);
  assertEquals(sampler.samples, []);
  pass(2001, 30);
  const [sample] = sampler.samples;
  assertEquals({ ...sample, time: 0 }, {
    ...{ time: 0, clients: 3, lag: 7, dropped: 0 },
    ...{ messagesIn: 10, messagesOut: 0, bytesIn: 0, bytesOut: 2 },
    ...{ residentBytes: 5000, cpu: 0.25, loopDelaySeconds: 0.03 },
  });
  Object.assign(stats, { messagesIn: 42 });
  pass(2000);
  assertEquals(sampler.samples[1]?.messagesIn, 1);
  assertEquals(sampler.samples[1]?.loopDelaySeconds, 0);
});

test("Sampler.usage has the longest delay of at least one interval", () => {
  const { sampler, pass } = open();
  pass(1000, 50);
  assertEquals(sampler.usage.loopDelaySeconds, 0.05);
  pass(1000, 20);
  assertEquals(sampler.usage.loopDelaySeconds, 0.05);
  pass(2000, 10);
  assertEquals(sampler.usage.loopDelaySeconds, 0.01);
});

test("Sampler keeps the last ten minutes", () => {
  const { sampler, pass } = open();
  for (let n = 0; n < 310; n++) pass(2000);
  assertEquals(sampler.samples.length, 300);
});

test("Sampler.run() ticks until the signal aborts", async () => {
  const { sampler } = open();
  const end = new AbortController();
  const running = sampler.run(end.signal);
  assertEquals(await isPending(running), true);
  end.abort();
  await running;
});
