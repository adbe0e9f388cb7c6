/** Faults of the links between nodes and their engine. */
import { ms, nodeFault, NOTICED, within } from "./nodes/node_fault.ts";

nodeFault("a link that swallows everything", {
  expected: `nothing is missed; noticed within ${NOTICED / 1000} s`,
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
    return `noticed after ${within(noticed, NOTICED)}, flowing ${
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
