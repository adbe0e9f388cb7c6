/** A server that was stopped for a while, and clocks that jump. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { macrotask } from "../support/jitter.ts";
import { assertHeard, Listener } from "../support/listener.ts";
import type { Peer } from "../support/peer.ts";
import { script } from "../support/script.ts";
import { fault } from "./fault.ts";
import { fakeClock, noFakeClock } from "./means.ts";
import { FLOOD, SLOW } from "./scene.ts";

fault("the server stopped while all talk", {
  expected: "all is delivered, in order; nothing dropped, nobody shed",
  options: ["--stall-timeout=1.5"],
  size: { light: 2000, heavy: 10_000 }, // milliseconds
  async inject(scene, size) {
    const TALKERS = 10;
    const EACH = 1000;
    const talkers: Listener[] = [];
    for (let n = 0; n < TALKERS; n++) {
      talkers.push(await scene.listener(`talker ${n}`));
    }
    const stop = async () => {
      await Promise.race(
        talkers.map((talker) => talker.hears(`${talker.name} 399:`)),
      );
      await scene.server.pause();
      await delay(size);
      scene.server.kill("SIGCONT");
    };
    await Promise.all([stop(), ...talkers.map((one) => one.talk(EACH))]);
    for (const { log, name } of talkers) {
      await scene.assertWhole(log, name);
      assertHeard(scene.order, name, EACH);
    }
    const { clients, dropped } = await scene.until(() => true);
    assertEquals({ clients, dropped }, { clients: 2 + TALKERS, dropped: 0 });
    return `${TALKERS} clients, ${TALKERS * EACH} messages each, none dropped`;
  },
});

fault("the server stopped while clients catch up", {
  expected: "who took something meanwhile is not shed for the time before",
  options: ["--capacity=1M", "--stall-timeout=1.5"],
  complaint: SLOW,
  size: { light: 1000, heavy: 10_000 }, // milliseconds
  async inject(scene, size) {
    // They get stuck one after another: one of them is at its last chance when
    // the server stops.
    const stuck: Peer[] = [];
    const flooder = await scene.listener("flooder");
    for (let n = 0; n < 4; n++) {
      const paced = delay(300);
      stuck.push(await scene.peer(`stuck ${n}`));
      await flooder.talk(FLOOD / 3);
      await paced;
    }
    await delay(900);
    await scene.server.pause();
    const readers = stuck.map((peer, n) =>
      scene.use(new Listener(peer, `stuck ${n}`))
    );
    let shed = 0;
    for (const { ended } of readers) ended.then(() => shed++, () => shed++);
    const taken = () =>
      readers.reduce((sum, { log }) => sum + log.length, shed);
    for (let before = -1; before !== taken();) {
      before = taken();
      await delay(size);
      for (let n = 0; n < 10; n++) await macrotask(); // there may be more to read
    }
    const before = shed;
    scene.server.kill("SIGCONT");
    const caller = await scene.listener("caller");
    await caller.say("now");
    await scene.until(() => true);
    assertEquals(shed, before);
    const { stalled } = await scene.until(() => true);
    assertEquals(stalled, before);
    return `${readers.length - shed} went on, ${shed} had been shed before`;
  },
});

fault("the wall clock jumps", {
  expected: "no time-out comes early or never, stats go on",
  launcher: fakeClock.words,
  options: ["--capacity=1M", "--stall-timeout=1"],
  complaint: SLOW,
  skip: noFakeClock,
  async inject(scene) {
    const flooder = await scene.listener("flooder");
    try {
      for (const [n, offset] of ["+400d", "-400d"].entries()) {
        const began = performance.now();
        await scene.peer(`stuck ${n}`);
        await flooder.talk(FLOOD / 2);
        await fakeClock.set(offset);
        await scene.until(({ stalled }) => stalled === n + 1);
        // A lower bound, which no load makes too high.
        assert(performance.now() - began >= 1000, "shed too early");
      }
      await scene.assertWhole(flooder.log, "flooder");
    } finally {
      await fakeClock.remove();
    }
    return "a year ahead and back: stuck clients shed in time, nobody else";
  },
});

fault("a wall clock that tells no time", {
  expected: "nothing depends on it",
  command: script("tests/faults/without_clock.ts", "--allow-net"),
  options: ["--capacity=1M", "--stall-timeout=1", "--no-log-time"],
  complaint: SLOW,
  async inject(scene) {
    await scene.peer("stuck");
    const flooder = await scene.listener("flooder");
    await flooder.talk(FLOOD / 2);
    await scene.until(({ stalled }) => stalled === 1);
    await scene.assertWhole(flooder.log, "flooder");
    return "stats, a stall and the end as ever";
  },
});
