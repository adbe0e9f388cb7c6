import { assert, assertEquals } from "@std/assert";
import { fixture } from "../stresstest/report/report_fixture.ts";
import { run } from "../support/command.ts";
import { script } from "../support/script.ts";
import { test } from "../support/test.ts";
import { nodesPicture } from "./nodes_picture.ts";
import { size, work } from "./sizing.ts";

const ROOM = { clients: 1_000_000, rate: 1000, body: 100 };

test("work() grows with everything that costs", () => {
  const one = work({ ...ROOM, clients: 100 }, 1);
  assert(work({ ...ROOM, clients: 200 }, 1).core > one.core);
  assert(work({ ...ROOM, clients: 100, rate: 2000 }, 1).core > one.core);
  assert(work({ ...ROOM, clients: 100, body: 200 }, 1).core > one.core);
  assert(work({ ...ROOM, clients: 100 }, 1, 10).core < one.core);
  assert(one.batches < 1000); // some messages share a batch
});

test("size() gives the least nodes that have no more than they can do", () => {
  for (const latency of [100, 500, 2000]) {
    const { nodes, work: found } = size(ROOM, latency)!;
    const writes = 2 / (latency / 1000);
    assertEquals(found, work(ROOM, nodes, writes));
    assert(found.core <= 0.7);
    assert(work(ROOM, nodes - 1, writes).core > 0.7);
  }
});

test("size() knows where one stream ends", () => {
  assertEquals(size({ clients: 1000, rate: 1e8, body: 100 }, 500), undefined);
});

test("sizing answers in one line, and says what it takes", async () => {
  const answer = await run(
    script("tests/bench/sizing.ts").concat("1000", "10"),
  );
  assertEquals(answer.code, 0);
  assert(answer.stdout.startsWith("1 node of 1,000 clients"), answer.stdout);
  for (const words of [[], ["1"], ["a", "1"], ["1", "1", "1", "256"]]) {
    const { code, stderr } = await run(
      script("tests/bench/sizing.ts").concat(words),
    );
    assertEquals([code, stderr.split("\n").length], [2, 2]);
  }
});

test("nodesPicture() has two charts, and what one server does", () => {
  const chat = fixture({ mode: "load" }).servers[0]!.runs[0]!;
  const flood = {
    deliveriesPerSecond: 1e6,
    missing: 0,
    p50Microseconds: 1,
    p99Microseconds: 1,
    cpuMicrosecondsPerDelivery: 1,
    peakMemoryBytes: 1,
  };
  const svg = nodesPicture([0, 1, 2].map((nodes) => ({
    nodes,
    chats: [chat],
    floods: [flood],
    cores: [0.5],
    engineCores: [0.1],
  })));
  assertEquals(svg.split("<svg ").length, 4);
  assert(svg.includes("One server without an engine: 1 M deliveries a second"));
  assert(!/NaN|Infinity|undefined|null/.test(svg));
});
