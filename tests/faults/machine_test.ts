/** A machine that runs out of things, and comes to again. */
import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { Peer } from "../support/peer.ts";
import { fault } from "./fault.ts";
import { FLOOD, SLOW } from "./scene.ts";

fault("descriptors run out in a storm", {
  expected: "those connected go on, the rest wait and are served; one line",
  launcher: ["sh", "-c", `ulimit -n 64; exec "$@"`, "sh"],
  complaint: /^zillions: cannot accept clients for now: [^\n]+$/,
  size: { light: 200, heavy: 2000 },
  async inject(scene, size) {
    const ROUNDS = 3;
    const visit = async (name: string) => {
      using peer = await Peer.connect(scene.address);
      await peer.say(name);
      while (await peer.hear() !== name);
    };
    for (let round = 0; round < ROUNDS; round++) {
      const holders = await Promise.all(
        Array.from({ length: 64 }, () => Peer.connect(scene.address)),
      );
      const makeRoom = async () => {
        await eventually(
          "the line that says so",
          () => scene.complaints.length,
          (lines) => lines > 0,
          { pause: () => scene.pulse.beat() },
        );
        for (let n = 0; n < 20; n++) await scene.pulse.beat();
        for (const peer of holders) peer[Symbol.dispose]();
      };
      const storm = Array.from(
        { length: size },
        (_, n) => visit(`guest ${round}/${n}`),
      );
      await Promise.all([makeRoom(), ...storm]);
      await scene.until(({ clients }) => clients === 2);
    }
    assertEquals(scene.complaints.length, 1);
    return `${ROUNDS} times ${size} guests served; one line`;
  },
});

fault("the send buffers of all clients full at once", {
  expected: "holds up nobody; each gets the newest, and its loss is counted",
  options: ["--capacity=1M"],
  complaint: SLOW,
  size: { light: 15, heavy: 120 },
  async inject(scene, size) {
    const full: Peer[] = [];
    for (let n = 0; n < size; n++) full.push(await scene.peer(`full ${n}`));
    const flooder = await scene.listener("flooder");
    await flooder.talk(FLOOD);
    const { dropped: before } = await scene.until(() => true);
    assert(before! > size * FLOOD / 4, "all of them are full");
    let lost = 0;
    let heard = 0;
    const logs = await scene.catchUp(full);
    for (const [n, log] of logs.entries()) {
      lost += await scene.missed(log, `full ${n}`);
      heard += log.length;
    }
    await scene.assertWhole(flooder.log, "flooder");
    const { dropped, stalled } = await scene.until(() => true);
    assertEquals({ dropped, stalled }, { dropped: lost, stalled: 0 });
    return `${size} clients heard ${heard}, lost ${lost}; ${dropped} counted`;
  },
});
