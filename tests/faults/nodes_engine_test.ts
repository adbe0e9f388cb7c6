/** Faults of the engine of nodes. */
import { assert, assertEquals } from "@std/assert";
import { type Cluster, STREAM } from "./nodes/cluster.ts";
import { noDisk } from "./means.ts";
import { ms, nodeFault, NOTICED, within } from "./nodes/node_fault.ts";

/** How much a node may grow while its engine is away, in KiB. */
const MAX_GROWTH = 8 * 1024;

/** The longest until messages flow when the engine listens again, and after an election, in milliseconds. */
const [SOON, ELECTED] = [300, 15_000];

nodeFault("the engine killed, file storage", {
  expected:
    `nothing is missed, nothing comes twice; flowing ${SOON} ms after the engine listens`,
  size: { light: 1, heavy: 3 },
  async inject(cluster, size, random) {
    const took = [];
    for (let n = 0; n < size; n++) {
      await cluster.engine.kill();
      await cluster.talk(500 * random());
      await cluster.engine.start();
      took.push(within(await cluster.flows(), SOON));
    }
    return `flowing ${took.join(", ")} after the engine listened`;
  },
});

nodeFault("the engine killed, memory storage", {
  expected: "one gap, counted; no silence, no old message",
  options: ["--nats-storage=memory"],
  size: { light: 300, heavy: 2000 },
  losesSome: true,
  async inject(cluster, size) {
    await cluster.engine.kill();
    await cluster.talk(size);
    await cluster.engine.start();
    const took = await cluster.flows();
    for (const node of cluster.nodes) {
      await node.until(({ gaps }) => gaps === 1);
      assertEquals(node.linesOf("gap").length, 1);
    }
    return `flowing ${
      ms(took)
    } after the engine listened, one gap on each node`;
  },
});

nodeFault("the engine stopped for a while", {
  expected: `nothing is missed; noticed within ${NOTICED / 1000} s`,
  size: { light: 3500, heavy: 5000 },
  isDear: true,
  async inject(cluster, size) {
    const began = performance.now();
    cluster.engine.signal("SIGSTOP");
    const [noticed] = await Promise.all([
      Promise.all(cluster.nodes.map(async (node) => {
        await node.until(({ engineUp }) => engineUp === 0);
        return performance.now() - began;
      })),
      cluster.talk(size),
    ]);
    cluster.engine.signal("SIGCONT");
    const took = await cluster.flows();
    return `noticed after ${within(Math.max(...noticed), NOTICED)}, flowing ${
      ms(took)
    } after`;
  },
});

nodeFault("the engine away under a flood", {
  expected:
    "clients wait, then messages are dropped and counted; 8 MiB a node at most",
  options: ["--nats-hold=1", "--capacity=1M"],
  rate: 20_000,
  size: { light: 3000, heavy: 60_000 },
  isDear: true,
  losesSome: true,
  async inject(cluster, size) {
    await cluster.talk(size / 4); // so that only the outage shows
    const before = cluster.nodes.map(({ memory }) => memory);
    const lines = (of: string) =>
      cluster.nodes.map((node) => node.linesOf(of).length);
    // A machine that is busy with other things can have had outages already.
    const [downs, ups] = [lines("engineDown"), lines("engineUp")];
    await cluster.engine.kill();
    await cluster.talk(size);
    assertEquals(lines("engineDown"), downs.map((count) => count + 1));
    assertEquals(lines("engineUp"), ups);
    const grown = cluster.nodes.map(({ memory }, n) => memory - before[n]!);
    assert(grown.every((kib) => kib <= MAX_GROWTH), `grown by ${grown} KiB`);
    await cluster.engine.start();
    const took = await cluster.flows();
    const dropped = [];
    for (const node of cluster.nodes) {
      const { droppedWhileHeld } = await node.until(({ engineUp }) =>
        engineUp === 1
      );
      dropped.push(droppedWhileHeld);
    }
    assertEquals(lines("engineUp"), lines("engineDown"));
    return `grown by ${
      grown.map((kib) => `${(kib / 1024).toFixed(1)} MiB`)
    }, dropped ${dropped}, flowing ${ms(took)} after`;
  },
});

nodeFault("the engine away for longer than its duplicate window", {
  expected: "what was in flight is lost and counted; the order holds",
  options: ["--nats-max-age=1"],
  size: { light: 2000, heavy: 4000 },
  isDear: true,
  losesSome: true,
  async inject(cluster, size) {
    cluster.engine.signal("SIGSTOP"); // what is in flight stays so
    await cluster.talk(100);
    await cluster.engine.kill();
    await cluster.talk(size);
    await cluster.engine.start();
    const took = await cluster.flows();
    const lost = [];
    for (const node of cluster.nodes) {
      lost.push((await node.until(() => true))["lostInWindow"]);
    }
    return `lost in the window ${lost}, flowing ${ms(took)} after`;
  },
});

nodeFault("the engine's disk full", {
  expected:
    "one line; what has no room is dropped and counted, and nothing else is missed when it is started again",
  options: ["--nats-max-bytes=4M", "--nats-hold=2"],
  disk: 16 * 1024 * 1024,
  size: { light: 5000, heavy: 20_000 },
  isDear: true,
  skip: noDisk,
  losesSome: true,
  async inject(cluster, size) {
    const lines = (of: string) =>
      cluster.nodes.map((node) => node.linesOf(of).length);
    const [downs, ups] = [lines("engineDown"), lines("engineUp")];
    cluster.disk!.fill();
    for (const node of cluster.nodes) {
      await node.until(({ engineUp }) => engineUp === 0);
    }
    await cluster.talk(size);
    assertEquals(lines("engineDown"), downs.map((count) => count + 1));
    assertEquals(lines("engineUp"), ups);
    cluster.disk!.free();
    // A stream that could not be written is not written again before that.
    await cluster.engine.kill();
    await cluster.engine.start();
    const took = await cluster.flows();
    const dropped = [];
    for (const node of cluster.nodes) {
      const stats = await node.until(({ engineUp }) => engineUp === 1);
      assertEquals([stats["gaps"], stats["lostInWindow"]], [0, 0]);
      dropped.push(stats["droppedWhileHeld"]);
    }
    return `one line each, dropped ${dropped}, flowing ${
      ms(took)
    } after it was started again`;
  },
});

nodeFault("the leader of three engines killed", {
  expected:
    `nothing is missed, nothing comes twice; flowing within ${ELECTED} ms`,
  replicas: true,
  options: ["--nats-hold=30"], // an election can take longer than ten seconds
  size: { light: 1, heavy: 1 },
  isDear: true,
  async inject(cluster) {
    const leader = await leaderOf(cluster);
    await cluster.engines[leader]!.kill();
    const took = await cluster.flows();
    await cluster.engines[leader]!.start();
    return `flowing ${within(took, ELECTED)} after`;
  },
});

nodeFault("an engine of three that is drained", {
  expected:
    `nothing is missed, nothing comes twice; flowing within ${ELECTED} ms`,
  replicas: true,
  size: { light: 1, heavy: 1 },
  isDear: true,
  async inject(cluster) {
    const leader = await leaderOf(cluster);
    cluster.engines[leader]!.signal("SIGUSR2"); // lame duck mode
    await cluster.talk(12_000); // it waits ten seconds before it closes connections
    return `flowing ${within(await cluster.flows(), ELECTED)} after`;
  },
});

async function leaderOf({ engine, engines }: Cluster): Promise<number> {
  const info = JSON.parse(
    await engine.request(`$JS.API.STREAM.INFO.${STREAM}`),
  );
  const leader = Number(info.cluster.leader.split("-")[1]);
  assert(engines[leader], `no engine ${leader}`);
  return leader;
}
