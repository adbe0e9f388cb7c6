/** Clients that end their sending side, in every state of their connection. */
import { assert, assertEquals } from "@std/assert";
import { tag } from "../support/listener.ts";
import { Peer } from "../support/peer.ts";
import { fault } from "./fault.ts";
import { FLOOD, SLOW } from "./scene.ts";

fault("half-close at once or when idle", {
  expected: "the connection ends",
  size: { light: 50, heavy: 1000 },
  async inject(scene, size) {
    for (let n = 0; n < size; n++) {
      using brief = await Peer.connect(scene.address);
      await brief.hangUp();
      using idle = await Peer.join(scene.address, `idle ${n}`);
      await idle.hangUp();
      for (const peer of [brief, idle]) {
        await scene.assertWhole(await peer.hearAll(), `client ${n}`);
      }
    }
    const { ended } = await scene.until(({ clients }) => clients === 2);
    assertEquals(ended, 2 * size);
    return `${ended} ended`;
  },
});

fault("half-close inside a frame", {
  expected: "the truncated frame reaches nobody, the whole ones before it all",
  size: { light: 50, heavy: 1000 },
  async inject(scene, size) {
    for (let n = 0; n < size; n++) {
      const peer = await scene.peer(`truncated ${n}`);
      await peer.say(`whole ${n}`);
      await peer.send(new Uint8Array(1 + n % 255).fill(255));
      await peer.hangUp();
      const log = await peer.hearAll();
      await scene.assertWhole(log, `truncated ${n}`);
      assert(log.includes(`whole ${n}`));
    }
    const { truncated } = await scene.until(({ clients }) => clients === 2);
    assertEquals(truncated, size);
    const others = scene.order.filter((tag) =>
      !/^(pulse|truncated|whole) /.test(tag)
    );
    assertEquals(others, ["talker"]);
    return `${truncated} truncated, nothing of it arrived`;
  },
});

fault("half-close while data waits", {
  expected: "the client gets all of it, then the connection ends",
  size: { light: 10, heavy: 50 },
  async inject(scene, size) {
    const EACH = 8000;
    for (let n = 0; n < size; n++) {
      const peer = await scene.peer(`eager ${n}`);
      const tags = Array.from({ length: EACH }, (_, i) => `${n} ${i}:`);
      await peer.say(...tags.map((tag) => tag.padEnd(250, ".")));
      await peer.hangUp();
      const log = (await peer.hearAll()).map(tag);
      await scene.assertWhole(log, `eager ${n}`);
      assertEquals(log.filter((tag) => tag.endsWith(":")), tags);
    }
    const { ended } = await scene.until(({ clients }) => clients === 2);
    assertEquals(ended, size);
    return `${ended} ended, each with all of its ${EACH} messages`;
  },
});

fault("half-close while stuck", {
  expected:
    "who reads again gets what the log held until then, the rest counted",
  options: ["--capacity=1M"],
  complaint: SLOW,
  async inject(scene) {
    const stuck = await scene.peer("stuck");
    const flooder = await scene.listener("flooder");
    await flooder.talk(FLOOD);
    const newest = `flooder ${FLOOD - 1}:`;
    await stuck.hangUp();
    await stuck.hangUp().catch(() => {}); // the system may say it is done already
    await flooder.talk(2000); // too late for it, and less than the log holds
    const log = (await stuck.hearAll()).map(tag);
    assert(log.includes(newest));
    assert(!log.includes(`flooder ${FLOOD + 1999}:`));
    const { ended } = await scene.until(({ clients }) => clients === 3);
    assertEquals(ended, 1);
    return await scene.account(log, "stuck");
  },
});

fault("half-close while stuck, and never reading again", {
  expected: "shed by the stall time-out",
  options: ["--capacity=1M", "--stall-timeout=2"],
  complaint: SLOW,
  size: { light: 10, heavy: 100 },
  async inject(scene, size) {
    const stuck = await scene.crowd(size);
    const flooder = await scene.listener("flooder");
    await flooder.talk(FLOOD / 2);
    await Promise.all(stuck.map((peer) => peer.hangUp()));
    const { stalled } = await scene.until(({ clients }) => clients === 3);
    assertEquals(stalled, size);
    await scene.assertWhole(flooder.log, "flooder");
    return `${stalled} stalled, nobody else`;
  },
});
