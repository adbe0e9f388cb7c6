/** Clients that send or read next to nothing at a time, or never. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { bodyOf } from "../support/bytes.ts";
import { eventually } from "../support/eventually.ts";
import { assertHeard, tag } from "../support/listener.ts";
import type { Peer } from "../support/peer.ts";
import { fault } from "./fault.ts";
import { FLOOD, SLOW } from "./scene.ts";

/** The next message that is not of the pulse. */
async function next(peer: Peer): Promise<Uint8Array<ArrayBuffer>> {
  for (let body; (body = await peer.body());) {
    if (!new TextDecoder().decode(body).startsWith("pulse ")) return body;
  }
  throw new Error("the connection ended");
}

fault("one-byte writes", {
  expected: "every message arrives whole, in order",
  size: { light: 50_000, heavy: 1_000_000 },
  async inject(scene, size) {
    const [sender, receiver] = await scene.crowd(2) as [Peer, Peer];
    const bodies: Uint8Array<ArrayBuffer>[] = [];
    for (let left = size; left > 0; left -= 1 + bodies.at(-1)!.length) {
      bodies.push(bodyOf(bodies.length % Math.min(256, left)));
    }
    const send = async () => {
      for (const body of bodies) {
        for (const byte of [body.length, ...body]) {
          await sender.send(Uint8Array.of(byte));
        }
      }
    };
    const hear = async () => {
      for (const body of bodies) assertEquals(await next(receiver), body);
    };
    await Promise.all([send(), hear()]);
    const { messagesIn } = await scene.until(() => true);
    assert(messagesIn! >= bodies.length);
    return `${bodies.length} messages of ${size} writes`;
  },
});

fault("half frames left open", {
  expected: "nobody waits for them, and each arrives when its rest does",
  size: { light: 300, heavy: 1000 },
  async inject(scene, size) {
    const peers = await scene.crowd(size);
    const frame = (n: number) =>
      new TextEncoder().encode(`\x14half ${n}:`.padEnd(21, "."));
    await Promise.all(peers.map((peer, n) => peer.send(frame(n).slice(0, 9))));
    for (let n = 0; n < 10; n++) await scene.pulse.beat();
    assertEquals(scene.order.filter((tag) => tag.startsWith("half ")), []);
    await Promise.all(peers.map((peer, n) => peer.send(frame(n).slice(9))));
    await Promise.all(peers.map(async (peer, n) => {
      const log: string[] = [];
      for (let halves = 0; halves < size;) {
        const texts = await peer.hearSome();
        assert(texts, "the connection ended");
        const tags = texts.map(tag);
        halves += tags.filter((tag) => tag.startsWith("half ")).length;
        log.push(...tags);
      }
      if (n % 100 === 0) await scene.assertWhole(log, `${n}`);
    }));
    const halves = scene.order.filter((tag) => tag.startsWith("half "));
    assertEquals(new Set(halves).size, size);
    for (const peer of peers) peer[Symbol.dispose]();
    return `${size} left open, all completed`;
  },
});

fault("a client that reads a byte now and then", {
  expected: "holds up nobody; when it reads on, what it lost is counted",
  options: ["--capacity=1M", "--stall-timeout=0"],
  complaint: SLOW,
  size: { light: 20, heavy: 1000 }, // milliseconds a byte
  async inject(scene, size) {
    const sipper = await scene.peer("sipper");
    const flooder = await scene.listener("flooder");
    const sip = async () => {
      for (let n = 0; n < 20; n++) {
        assert(await sipper.sip());
        await delay(size);
      }
    };
    await Promise.all([flooder.talk(FLOOD), sip()]);
    await scene.assertWhole(flooder.log, "flooder");
    const [log] = await scene.catchUp([sipper]) as [string[]];
    return await scene.account(log, "sipper");
  },
});

fault("a client that never reads on", {
  expected: "a byte now and then does not save it from the stall time-out",
  options: ["--capacity=1M", "--stall-timeout=2"],
  complaint: SLOW,
  size: { light: 20, heavy: 1000 },
  async inject(scene, size) {
    const sipper = await scene.peer("sipper");
    const flooder = await scene.listener("flooder");
    await flooder.talk(FLOOD / 2);
    let sips = 0;
    await eventually(
      "the client to be shed",
      () => scene.until(() => true),
      ({ stalled }) => stalled! > 0,
      {
        pause: async () => {
          assert(await sipper.sip());
          sips++;
          await delay(size);
        },
      },
    );
    const { stalled, clients } = await scene.until(() => true);
    assertEquals({ stalled, clients }, { stalled: 1, clients: 3 });
    return `shed after ${sips} bytes`;
  },
});

fault("publishers that never read", {
  expected: "lose nothing of theirs, and are not shed while they send",
  options: ["--capacity=1M", "--stall-timeout=3"],
  complaint: SLOW,
  size: { light: 10, heavy: 100 },
  async inject(scene, size) {
    const EACH = 8000;
    const publishers = await scene.crowd(size);
    const say = async (n: number, from: number, count: number) => {
      const texts = Array.from(
        { length: count },
        (_, i) => `publisher ${n} ${from + i}:`.padEnd(250, "."),
      );
      const heard = scene.pulse.hears(tag(texts.at(-1)!));
      await publishers[n]!.say(...texts);
      await heard; // faster than those who read, some of it would be dropped
    };
    await Promise.all(publishers.map(async (_, n) => {
      for (let i = 0; i < EACH; i += 100) await say(n, i, 100);
    }));
    // Stuck by now, they live on what they send.
    let last = EACH;
    for (; last < EACH + 60; last++) {
      await Promise.all(publishers.map((_, n) => say(n, last, 1)));
      await scene.until(() => true);
    }
    const { clients, stalled } = await scene.until(() => true);
    assertEquals({ clients, stalled }, { clients: 2 + size, stalled: 0 });
    for (let n = 0; n < size; n++) {
      assertHeard(scene.order, `publisher ${n}`, last);
    }
    return `${size * last} messages of ${size} clients arrived, none shed`;
  },
});
