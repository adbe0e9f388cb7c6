/** Clients that reset their connection, at every moment of its life. */
import { assert, assertEquals } from "@std/assert";
import { assertHeard } from "../support/listener.ts";
import { Peer, Resetter } from "../support/peer.ts";
import { fault } from "./fault.ts";
import { FLOOD, SLOW } from "./scene.ts";

fault("reset before accept", {
  expected: "passed over, and those between them are served",
  size: { light: 200, heavy: 3000 },
  async inject(scene, size) {
    await scene.server.pause(); // so that all wait to be accepted
    const kept: Peer[] = [];
    for (let n = 0; n < size; n++) {
      const resetter = await Resetter.connect(scene.address);
      if (n % 2) await resetter.send(new Uint8Array([1, 120]));
      await resetter.reset();
      if (n % 10 > 0) continue;
      const peer = scene.use(await Peer.connect(scene.address));
      await peer.say(`kept ${n}`);
      await peer.hangUp();
      kept.push(peer);
    }
    scene.server.kill("SIGCONT");
    for (const [n, peer] of kept.entries()) {
      const log = await peer.hearAll();
      await scene.assertWhole(log, `kept ${10 * n}`);
      assert(log.includes(`kept ${10 * n}`));
    }
    const { ended } = await scene.until(({ clients }) => clients === 2);
    assertEquals(ended, kept.length);
    return `${size} reset, ${ended} between them served`;
  },
});

fault("reset during read", {
  expected:
    "whole frames reach all, the truncated one nobody; each is counted lost",
  size: { light: 200, heavy: 2000 },
  async inject(scene, size) {
    const rude = [];
    for (let n = 0; n < size; n++) {
      const resetter = await Resetter.connect(scene.address);
      await resetter.send(new Uint8Array([1, 97, 200, 98, 98]));
      rude.push(resetter);
    }
    // A reset takes with it what was not read before; the whole frame was, and
    // so was what came with it.
    await scene.until(() =>
      scene.order.filter((tag) => tag === "a").length === size
    );
    await Promise.all(rude.map((resetter) => resetter.reset()));
    const { reset, truncated } = await scene.until(({ clients }) =>
      clients === 2
    );
    assertEquals({ reset, truncated }, { reset: size, truncated: 0 });
    const whole = scene.order.filter((tag) => tag === "a").length;
    assertEquals(whole, size);
    assertEquals(scene.order.filter((tag) => tag.startsWith("b")), []);
    return `${reset} reset, ${whole} whole frames and no truncated one arrived`;
  },
});

fault("reset amid a flood from many", {
  expected: "what arrived of each is whole, in order, without a gap",
  size: { light: 20, heavy: 200 },
  async inject(scene, size) {
    const EACH = 200; // all of it is less than the log holds
    const flooding = Array.from({ length: size }, async (_, sender) => {
      const resetter = await Resetter.connect(scene.address);
      const frame = new Uint8Array(256).fill(46);
      const name = new TextEncoder().encode(`flood ${sender} `);
      for (let n = 0; n < EACH; n++) {
        frame.set([255, ...name, ...new TextEncoder().encode(`${n}:`)]);
        await resetter.send(frame.slice(0, n < EACH - 1 ? 256 : 100));
      }
      await resetter.reset();
    });
    await Promise.all(flooding);
    await scene.until(({ clients }) => clients === 2);
    let arrived = 0;
    for (let sender = 0; sender < size; sender++) {
      const name = `flood ${sender} `;
      const log = scene.order.filter((tag) => tag.startsWith(name));
      assert(log.length < EACH);
      assertHeard(log, `flood ${sender}`, log.length);
      arrived += log.length;
    }
    return `${arrived} frames of ${size} clients arrived`;
  },
});

fault("reset during a stuck write", {
  expected: "the write ends, the connection is let go, and counted lost",
  options: ["--capacity=1M"],
  complaint: SLOW,
  size: { light: 20, heavy: 100 },
  async inject(scene, size) {
    const stuck: Resetter[] = [];
    for (let n = 0; n < size; n++) {
      stuck.push(await Resetter.connect(scene.address)); // which never reads
    }
    await scene.until(({ clients }) => clients === 2 + size);
    const flooder = await scene.listener("flooder");
    await flooder.talk(FLOOD);
    const { dropped } = await scene.until(() => true);
    assert(dropped! > size * FLOOD / 4, "all of them are stuck");
    await Promise.all(stuck.map((resetter) => resetter.reset()));
    const { reset, clients } = await scene.until(({ clients }) =>
      clients === 3
    );
    assertEquals(reset, size);
    await scene.assertWhole(flooder.log, "the flooder");
    await flooder[Symbol.asyncDispose]();
    return `${reset} lost, ${clients! - 2} beside them unharmed`;
  },
});
