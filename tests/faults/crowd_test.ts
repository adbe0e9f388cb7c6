/** Clients in great numbers: coming, going, coming back, all talking at once. */
import { assert, assertEquals } from "@std/assert";
import { Peer, Resetter } from "../support/peer.ts";
import { fault } from "./fault.ts";
import { noDescriptors } from "./means.ts";

/** How many connect at the same time. */
const WAVE = 100;

fault("clients that come and go", {
  expected: "each hears itself; nothing is left of any",
  size: { light: 1500, heavy: 10_000 },
  async inject(scene, size) {
    const visit = async (n: number) => {
      if (n % 5 === 0) {
        const rude = await Resetter.connect(scene.address);
        return await rude.reset();
      }
      using peer = await Peer.join(scene.address, `guest ${n}`);
      if (n % 5 > 2) return; // without ending its side
      await peer.hangUp();
      await peer.hearAll();
    };
    for (let n = 0; n < size; n += WAVE) {
      await Promise.all(Array.from({ length: WAVE }, (_, i) => visit(n + i)));
    }
    const stats = await scene.until(({ clients }) => clients === 2);
    const { ended, reset, truncated, failed } = stats;
    assertEquals({ truncated, failed }, { truncated: 0, failed: 0 });
    assert(ended! >= 2 * size / 5 && ended! + reset! <= size);
    const guests = scene.order.filter((tag) => tag.startsWith("guest "));
    assertEquals(new Set(guests).size, 4 * size / 5);
    return `${size} came and went, ${ended} in order`;
  },
});

fault("all clients gone and back", {
  expected: "served as before, each time",
  size: { light: 5, heavy: 30 },
  async inject(scene, size) {
    const CROWD = 200;
    for (let round = 0; round < size; round++) {
      const peers = await scene.crowd(CROWD);
      const said = Array.from({ length: CROWD }, (_, n) => `${round}/${n}`);
      const hear = async (peer: Peer) => {
        const log: string[] = [];
        while (log.length < CROWD) {
          const texts = await peer.hearSome();
          assert(texts, "the connection ended");
          log.push(...texts.filter((text) => !text.startsWith("pulse ")));
        }
        return log;
      };
      const [logs] = await Promise.all([
        Promise.all(peers.map(hear)),
        ...peers.map((peer, n) => peer.say(said[n]!)),
      ]);
      for (const log of logs) assertEquals(log, logs[0]);
      assertEquals(logs[0]!.toSorted(), said.toSorted());
      if (round % 2) await Promise.all(peers.map((peer) => peer.hangUp()));
      for (const peer of peers) peer[Symbol.dispose]();
      await scene.until(({ clients }) => clients === 2);
    }
    return `${CROWD} clients, ${size} times`;
  },
});

fault("a crowd that talks all at once", {
  expected: "each hears all, in the same order",
  size: { light: 400, heavy: 5000 },
  skip: noDescriptors,
  async inject(scene, size) {
    const peers = await scene.crowd(size);
    const hear = async (peer: Peer) => {
      const sum = new Sum();
      while (sum.count < 2 * size) {
        const texts = await peer.hearSome();
        assert(texts, "the connection ended");
        for (const text of texts) sum.add(text);
      }
      return sum;
    };
    const [sums] = await Promise.all([
      Promise.all(peers.map(hear)),
      ...peers.map((peer, n) => peer.say(`~${2 * n}`, `~${2 * n + 1}`)),
    ]);
    await scene.pulse.beat();
    const expected = new Sum();
    for (const tag of scene.order) expected.add(tag);
    for (const sum of sums) assertEquals(sum, expected);
    const said = scene.order.filter((tag) => tag.startsWith("~"));
    assertEquals(new Set(said).size, 2 * size);
    for (let n = 0; n < size; n++) {
      assert(said.indexOf(`~${2 * n}`) < said.indexOf(`~${2 * n + 1}`));
    }
    const { dropped } = await scene.until(() => true);
    assertEquals(dropped, 0);
    return `${size} clients, ${2 * size * size} deliveries in one order`;
  },
});

/** How many of the crowd's messages there were, and in which order, in a few bytes. */
class Sum {
  count = 0;
  hash = 0;

  add(text: string): void {
    if (!text.startsWith("~")) return;
    this.count++;
    this.hash = Math.imul(this.hash ^ Number(text.slice(1)), 0x9e3779b1) >>> 1;
  }
}
