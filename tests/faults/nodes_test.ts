/** Faults of nodes, and of their clients. */
import { assert } from "@std/assert";
import { Peer } from "../support/peer.ts";
import { p99 } from "./nodes/conversation.ts";
import { ms, nodeFault } from "./nodes/node_fault.ts";

/** The most that p99 may grow, as a factor. */
const MAX_GROWTH = 2;

nodeFault("a node killed", {
  expected:
    `its clients are cut; the others miss nothing, p99 < ${MAX_GROWTH} x that before`,
  size: { light: 300, heavy: 10_000 },
  async inject(cluster, size, random) {
    const { talkers, delays } = cluster.conversation;
    const began = delays.length;
    await cluster.talk(size);
    const killed = delays.length;
    const n = Math.floor(random() * cluster.nodes.length);
    cluster.nodes[n]!.command.kill("SIGKILL");
    await cluster.until(() =>
      talkers.every(({ node, isCut }) => isCut === (node === n))
    );
    await cluster.talk(size);
    const before = p99(delays.slice(began, killed));
    const after = p99(delays.slice(killed));
    const growth = after / before;
    const verdict = growth < MAX_GROWTH ? "" : ` (MORE THAN ${MAX_GROWTH} x)`;
    return `${talkers.length / cluster.nodes.length} clients cut, p99 ${
      ms(before)
    } for ${size / 1000} s, ${ms(after)} for as long after: ${
      growth.toFixed(2)
    } x${verdict}`;
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
