/** Networks that break, are slow, lose and reorder: the server on another host. */
import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { assertHeard, Listener } from "../support/listener.ts";
import { Peer } from "../support/peer.ts";
import { fault } from "./fault.ts";
import { noHosts, noWire } from "./means.ts";
import { FLOOD, type Scene, SLOW } from "./scene.ts";

/** Where clients find the server by way of the link that things are done to. */
function badly({ address, host }: Scene) {
  return { ...address, hostname: host!.bad };
}

fault("a link cut without a FIN", {
  expected: "its clients are shed by the stall time-out, and nobody else",
  link: "cable",
  options: ["--capacity=1M", "--stall-timeout=2"],
  complaint: SLOW,
  skip: noHosts,
  size: { light: 3, heavy: 50 },
  async inject(scene, size) {
    const flooder = await scene.listener("flooder");
    for (let n = 0; n < size; n++) {
      const far = scene.use(await Peer.join(badly(scene), `far ${n}`));
      if (n % 2) await far.send(new Uint8Array([200, 1, 2])); // half a frame
    }
    scene.host!.cut();
    let said = 0;
    await eventually(
      `${size} to be shed`,
      async () => {
        await flooder.talk(1000);
        said += 1000;
        return await scene.until(() => true);
      },
      ({ stalled }) => stalled! >= size,
    );
    await scene.assertWhole(flooder.log, "flooder");
    assertHeard(scene.order, "flooder", said);
    const { clients, reset } = await scene.until(() => true);
    assertEquals({ clients, reset }, { clients: 3, reset: 0 });
    scene.host!.mend();
    scene.use(await Peer.join(badly(scene), "back again"));
    return `${size} shed; none of ${said} messages lost for others`;
  },
});

fault("a slow link", {
  expected: "its client loses what the log cannot hold, counted, and stays",
  link: "cable",
  options: ["--capacity=1M"],
  complaint: SLOW,
  skip: noHosts,
  size: { light: 20, heavy: 2 }, // Mbit/s
  async inject(scene, size) {
    scene.host!.slow(`${size}mbit`);
    const slow = scene.use(await Listener.join(badly(scene), "slow"));
    const flooder = await scene.listener("flooder");
    await flooder.talk(FLOOD);
    const caught = slow.hears("now");
    await flooder.say("now");
    await caught;
    assertHeard(scene.order, "flooder", FLOOD);
    const lost = await scene.missed(slow.log, "slow");
    assert(lost > 0);
    const { clients, dropped } = await scene.until(() => true);
    assertEquals({ clients, dropped }, { clients: 4, dropped: lost });
    return `of ${FLOOD}, ${lost} lost, ${dropped} counted; nothing for others`;
  },
});

fault("a link that loses, repeats and reorders packets", {
  expected: "every client, near or far, gets all, in one order",
  link: "bad wire",
  skip: () => noHosts() ?? noWire(),
  size: { light: 300, heavy: 10_000 },
  async inject(scene, size) {
    const all: Listener[] = [];
    for (let n = 0; n < 4; n++) {
      all.push(
        await scene.listener(`near ${n}`),
        scene.use(await Listener.join(badly(scene), `far ${n}`)),
      );
    }
    const everywhere = all.flatMap((one) =>
      all.map(({ name }) => one.hears(`${name} ${size - 1}:`))
    );
    await Promise.all(all.map((one) => one.talk(size)));
    await Promise.all(everywhere);
    for (const { log, name } of all) {
      await scene.assertWhole(log, name);
      for (const { name } of all) assertHeard(log, name, size);
    }
    const { clients, dropped } = await scene.until(() => true);
    assertEquals({ clients, dropped }, { clients: 2 + all.length, dropped: 0 });
    return `${all.length} clients, ${all.length * size} messages each`;
  },
});
