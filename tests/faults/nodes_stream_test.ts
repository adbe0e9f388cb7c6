/** Faults of the stream that nodes share. */
import { assertEquals } from "@std/assert";
import { STREAM, SUBJECT } from "./nodes/cluster.ts";
import { ms, nodeFault } from "./nodes/node_fault.ts";

nodeFault("the stream deleted", {
  expected: "a gap, counted; it goes on",
  size: { light: 1, heavy: 3 },
  losesSome: true,
  async inject(cluster, size) {
    for (let n = 0; n < size; n++) {
      await cluster.engine.request(`$JS.API.STREAM.DELETE.${STREAM}`);
      await cluster.flows();
      for (const node of cluster.nodes) {
        await node.until(({ gaps }) => gaps! > n);
      }
    }
    return `${size} times, a gap on each node each time`;
  },
});

nodeFault("the stream purged", {
  expected: "it goes on; what a node had not read is counted",
  size: { light: 1, heavy: 10 },
  isDear: true,
  losesSome: true,
  async inject(cluster, size, random) {
    await cluster.engine.request(
      `$JS.API.STREAM.DELETE.${STREAM}`,
    );
    const config = {
      name: STREAM,
      subjects: [SUBJECT],
      storage: "file",
      discard: "old",
    };
    await cluster.engine.request(
      `$JS.API.STREAM.CREATE.${STREAM}`,
      JSON.stringify(config),
    );
    await cluster.flows();
    for (let n = 0; n < size; n++) {
      await cluster.engine.request(`$JS.API.STREAM.PURGE.${STREAM}`);
      await cluster.talk(200 * random());
    }
    return `${size} times, flowing ${ms(await cluster.flows())} after`;
  },
});

nodeFault("the stream at its limit", {
  expected: "old entries go, nobody notices",
  options: ["--nats-max-bytes=256K"],
  size: { light: 500, heavy: 10_000 },
  isDear: true,
  losesSome: true,
  async inject(cluster, size) {
    await cluster.talk(size);
    return `${size / 1000} s at the limit`;
  },
});

nodeFault("the stream replaced by one that cannot be used", {
  expected: "nodes hold with one line, and go on when it is gone",
  size: { light: 1000, heavy: 5000 },
  isDear: true,
  losesSome: true,
  async inject(cluster, size) {
    const { engine } = cluster;
    await engine.request(`$JS.API.STREAM.DELETE.${STREAM}`);
    const config = {
      name: STREAM,
      subjects: [SUBJECT],
      retention: "interest",
      storage: "file",
    };
    await engine.request(
      `$JS.API.STREAM.CREATE.${STREAM}`,
      JSON.stringify(config),
    );
    for (const node of cluster.nodes) {
      await node.until(() => node.linesOf("engineRefused").length > 0);
    }
    await cluster.talk(size);
    for (const node of cluster.nodes) {
      assertEquals(node.linesOf("engineRefused").length, 1);
    }
    await engine.request(`$JS.API.STREAM.DELETE.${STREAM}`);
    return `one line each, flowing ${
      ms(await cluster.flows())
    } after it was gone`;
  },
});

nodeFault("foreign bytes in the subject", {
  expected: "skipped and counted",
  size: { light: 20, heavy: 1000 },
  async inject(cluster, size, random) {
    for (let n = 0; n < size; n++) {
      const bytes = Uint8Array.from(
        { length: Math.floor(100 * random()) },
        () => 256 * random(),
      );
      await cluster.engine.request(SUBJECT, bytes);
    }
    for (const node of cluster.nodes) {
      await node.until(({ foreign }) => foreign === size);
    }
    return `${size} skipped by each node`;
  },
});
