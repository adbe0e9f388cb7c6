/**
 * Faults of nodes, of their engine and of the links between: three nodes with talking
 * clients, from a seed that is printed. `FAULTS_SEED` repeats one.
 */
import { assert, assertEquals } from "@std/assert";
import { Peer } from "../support/peer.ts";
import { faultOf, type Weight } from "./fault.ts";
import {
  Cluster,
  type ClusterSetup,
  STREAM,
  SUBJECT,
} from "./nodes/cluster.ts";
import { p99 } from "./nodes/conversation.ts";
import { noEngine } from "../nats/nats_server.ts";

/** Milliseconds of talking before a fault and after it. */
const CALM: Record<Weight, number> = { light: 300, heavy: 3000 };

/** How much a node may grow while its engine is away, in KiB. */
const MAX_GROWTH = 8 * 1024;

/** A fault of nodes. */
interface NodeFault extends Omit<ClusterSetup, "random"> {
  expected: string;
  /** How much of it there is, in the suite and in the table. */
  size: Record<Weight, number>;
  /** Whether only the table has it, because it takes long. */
  isDear?: boolean;
  /** Whether some messages may be missed; they must be counted. */
  losesSome?: boolean;
  /** Whether messages are lost that nobody can count. */
  losesUncounted?: boolean;
  /** What is done, and what was seen. */
  inject(cluster: Cluster, size: number, random: () => number): Promise<string>;
}

/** Registers a fault of nodes. After it: one order, nothing twice, each message accounted for. */
function nodeFault(
  name: string,
  { expected, size, isDear, losesSome, losesUncounted, inject, ...setup }:
    NodeFault,
): void {
  faultOf(name, {
    expected,
    whyNot: (weight) =>
      noEngine() ?? (isDear && weight === "light" ? "takes long" : undefined),
    async happen(weight) {
      const seed = Number(Deno.env.get("FAULTS_SEED") ?? Date.now() % 1e6);
      const random = randomFrom(seed);
      try {
        await using cluster = await Cluster.start({ ...setup, random });
        const { conversation } = cluster;
        await cluster.talk(CALM[weight] * (0.5 + random()));
        const before = p99(conversation.delays.splice(0));
        const seen = await inject(cluster, size[weight], random);
        const during = p99(conversation.delays.splice(0));
        await cluster.talk(CALM[weight]);
        await cluster.judge();
        const missed = losesUncounted ? 0 : await cluster.account();
        if (!losesSome) assertEquals(missed, 0, "messages were missed");
        const after = p99(conversation.delays);
        await cluster.end();
        return `${seen}; one order, ${missed} missed and counted` +
          `; p99 ${ms(before)}, ${ms(during)}, then ${ms(after)}`;
      } catch (error) {
        throw new Error(`FAULTS_SEED=${seed}`, { cause: error });
      }
    },
  });
}

/** Numbers from 0 to 1, the same for the same seed (a linear congruential generator). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () =>
    (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`;
}

nodeFault("a node killed", {
  expected: "its clients are cut; the others miss nothing",
  size: { light: 1, heavy: 1 },
  async inject(cluster, _, random) {
    const n = Math.floor(random() * cluster.nodes.length);
    cluster.nodes[n]!.command.kill("SIGKILL");
    const { talkers } = cluster.conversation;
    await cluster.until(() =>
      talkers.every(({ node, isCut }) => isCut === (node === n))
    );
    return `${talkers.length / cluster.nodes.length} clients cut`;
  },
});

nodeFault("a node stopped for a while", {
  expected: "it catches up, and nobody misses anything",
  size: { light: 1000, heavy: 5000 },
  isDear: true,
  async inject(cluster, size) {
    const { command } = cluster.nodes[1]!;
    await command.pause();
    await cluster.talk(size);
    command.kill("SIGCONT");
    return `caught up ${ms(await cluster.flows())} after`;
  },
});

nodeFault("a node stopped for longer than the stream keeps", {
  expected: "an exact gap, counted; it goes on",
  options: ["--nats-max-age=1"],
  size: { light: 3000, heavy: 6000 },
  isDear: true,
  losesSome: true,
  async inject(cluster, size) {
    const node = cluster.nodes[1]!;
    await node.command.pause();
    await cluster.talk(size);
    node.command.kill("SIGCONT");
    const { lostInGaps } = await node.until(({ lostInGaps }) =>
      lostInGaps! > 0
    );
    assert(node.linesOf("gap").length > 0, "no line about the gap");
    return `${lostInGaps} or more lost`;
  },
});

nodeFault("the engine killed, file storage", {
  expected:
    "nothing is missed, nothing comes twice; it flows when the engine listens",
  size: { light: 1, heavy: 3 },
  async inject(cluster, size, random) {
    const took = [];
    for (let n = 0; n < size; n++) {
      await cluster.engine.kill();
      await cluster.talk(500 * random());
      await cluster.engine.start();
      took.push(ms(await cluster.flows()));
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
  expected: "nothing is missed; noticed within 3 s",
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
    return `noticed after ${ms(Math.max(...noticed))}, flowing ${
      ms(took)
    } after`;
  },
});

nodeFault("a link that swallows everything", {
  expected: "nothing is missed; noticed within 3 s",
  size: { light: 3500, heavy: 5000 },
  isDear: true,
  async inject(cluster, size) {
    const began = performance.now();
    const [link] = cluster.links;
    link!.behaviour = "swallow";
    const [noticed] = await Promise.all([
      cluster.nodes[0]!.until(({ engineUp }) => engineUp === 0)
        .then(() => performance.now() - began),
      cluster.talk(size),
    ]);
    link!.behaviour = "pass";
    return `noticed after ${ms(noticed)}, flowing ${
      ms(await cluster.flows())
    } after`;
  },
});

nodeFault("links that are cut", {
  expected: "nothing is missed, nothing comes twice",
  size: { light: 3, heavy: 20 },
  async inject(cluster, size, random) {
    for (let n = 0; n < size; n++) {
      const link = cluster.links[Math.floor(random() * cluster.links.length)]!;
      link.cut();
      await cluster.talk(200 * random());
    }
    return `${size} cuts, flowing ${ms(await cluster.flows())} after the last`;
  },
});

nodeFault("a link that is 200 ms late", {
  expected: "nothing is missed",
  size: { light: 1000, heavy: 5000 },
  isDear: true,
  async inject(cluster, size) {
    cluster.links[0]!.delay = 200;
    await cluster.talk(size);
    cluster.links[0]!.delay = 0;
    return `late for ${size / 1000} s`;
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
    await cluster.engine.kill();
    await cluster.talk(size);
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
      assertEquals(node.linesOf("engineDown").length, 1);
      assertEquals(node.linesOf("engineUp").length, 1);
    }
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

nodeFault("the leader of three engines killed", {
  expected: "nothing is missed, nothing comes twice",
  replicas: true,
  options: ["--nats-hold=30"], // an election can take longer than ten seconds
  size: { light: 1, heavy: 1 },
  isDear: true,
  async inject(cluster) {
    const leader = await leaderOf(cluster);
    await cluster.engines[leader]!.kill();
    const took = await cluster.flows();
    await cluster.engines[leader]!.start();
    return `flowing ${ms(took)} after`;
  },
});

nodeFault("an engine of three that is drained", {
  expected: "nothing is missed, nothing comes twice",
  replicas: true,
  size: { light: 1, heavy: 1 },
  isDear: true,
  async inject(cluster) {
    const leader = await leaderOf(cluster);
    cluster.engines[leader]!.signal("SIGUSR2"); // lame duck mode
    await cluster.talk(12_000); // it waits ten seconds before it closes connections
    return `flowing ${ms(await cluster.flows())} after`;
  },
});

nodeFault("a slow and a stuck client on one node", {
  expected: "only they lose; others and other nodes notice nothing",
  options: ["--capacity=1M"],
  rate: 6000,
  size: { light: 2000, heavy: 20_000 },
  isDear: true,
  async inject(cluster, size) {
    const { address } = cluster.nodes[0]!.command;
    using stuck = await Peer.connect(address);
    using slow = await Peer.connect(address);
    let sipped = 0;
    const end = performance.now() + size;
    while (performance.now() < end) {
      if (await slow.sip()) sipped++;
      await cluster.talk(10);
    }
    assert(stuck && sipped > 0);
    return `${sipped} bytes taken by the slow one`;
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
