/**
 * The specification, a test for each of its sentences, against a process.
 * `ZILLIONS_COMMAND=path/to/server deno test -A tests/command/spec_test.ts` judges another
 * server.
 */
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { formatAddress } from "../../lib/wire/address.ts";
import { bodyOf, chunksOf } from "../support/bytes.ts";
import { Command, freeAddress } from "../support/command.ts";
import { macrotask } from "../support/jitter.ts";
import { numbered, Peer, Resetter } from "../support/peer.ts";
import { test } from "../support/test.ts";

test("S1 the one argument is the address to listen on", async () => {
  await using server = await Command.start();
  using peer = await Peer.connect(server.address);
  await peer.say("hello");
  assertEquals(await peer.hear(), "hello");
});

test("S1 the address may be IPv6, in brackets", async () => {
  await using server = await Command.start(freeAddress("::1"));
  using peer = await Peer.connect(server.address);
  await peer.say("hello");
  assertEquals(await peer.hear(), "hello");
});

test(
  "S2 it says `listening on ADDRESS` once it accepts connections",
  async () => {
    await using server = await Command.start();
    assertEquals(server.ready, `listening on ${formatAddress(server.address)}`);
    using _peer = await Peer.connect(server.address);
  },
);

test("S2 nothing else is ever printed on standard output", async () => {
  await using server = await Command.start();
  using peer = await Peer.connect(server.address);
  await peer.say("hello");
  await peer.hear();
  const truncated = await Resetter.connect(server.address);
  await truncated.send(new Uint8Array([9, 1]));
  await truncated.reset();
  server.kill("SIGTERM");
  assertEquals((await server.end()).stdout, "");
});

test("S3 it runs on when all clients have left", async () => {
  await using server = await Command.start();
  for (let n = 0; n < 20; n++) {
    using peer = await Peer.join(server.address);
    if (n % 2) await peer.hangUp();
  }
  using peer = await Peer.join(server.address);
  await peer.say("still here");
  assertEquals(await peer.hear(), "still here");
  assert(await server.running);
});

test("S3 any number of clients at a time", async () => {
  await using server = await Command.start();
  using peers = new DisposableStack();
  const all: Peer[] = [];
  for (let n = 0; n < 400; n++) {
    all.push(peers.use(await Peer.join(server.address)));
  }
  // Each says one thing once the last is connected, and each hears all of it.
  using last = await Peer.join(server.address, "all are here");
  await Promise.all(all.map((peer) => peer.say("hi")));
  await Promise.all(all.map(async (peer) => {
    const texts: string[] = [];
    const hi = () => texts.slice(texts.indexOf("all are here") + 1);
    while (!texts.includes("all are here") || hi().length < 400) {
      texts.push(...await peer.hearSome() ?? ["the end"]);
    }
    assertEquals(hi(), Array(400).fill("hi"));
  }));
  assertEquals(await last.hearMany(400), Array(400).fill("hi"));
});

test(
  "S4 a message is a header byte and a body of 0 to 255 bytes",
  async () => {
    await using server = await Command.start();
    using sender = await Peer.join(server.address);
    using receiver = await Peer.join(server.address);
    await sender.hear();
    const sent = [];
    for (let length = 0; length < 256; length++) {
      const bytes = new Uint8Array([length, ...bodyOf(length)]);
      sent.push(bytes);
      await sender.send(bytes);
    }
    const all = concat(sent);
    for (const peer of [sender, receiver]) {
      assertEquals(await peer.receive(all.length), all);
    }
  },
);

test(
  "S4 it makes no difference how a message is cut on its way",
  async () => {
    await using server = await Command.start();
    using peer = await Peer.join(server.address);
    const all = concat(
      [0, 1, 2, 127, 255].map((n) => new Uint8Array([n, ...bodyOf(n)])),
    );
    for (const size of [1, 2, 3, 128, 129, 256]) {
      for (const chunk of chunksOf(all, size)) {
        await peer.send(chunk);
        await macrotask();
      }
      assertEquals(await peer.receive(all.length), all);
    }
  },
);

test("S4 bodies are opaque", async () => {
  await using server = await Command.start();
  using peer = await Peer.join(server.address);
  for (let byte = 0; byte < 256; byte++) {
    const frame = new Uint8Array(1 + 255).fill(byte);
    frame[0] = 255;
    await peer.send(frame);
    assertEquals(await peer.receive(frame.length), frame);
  }
});

test(
  "S5 each message goes to every client, the sender included",
  async () => {
    await using server = await Command.start();
    using stack = new DisposableStack();
    const peers: Peer[] = [];
    for (let n = 0; n < 5; n++) {
      const peer = stack.use(await Peer.join(server.address, `joined ${n}`));
      for (const other of peers) {
        assertEquals(
          await other.hear(),
          `joined ${n}`,
        );
      }
      peers.push(peer);
    }
    for (const [n, sender] of peers.entries()) {
      await sender.say(`from ${n}`);
      for (const peer of peers) assertEquals(await peer.hear(), `from ${n}`);
    }
  },
);

test(
  "S5 a message is for those who are connected when it is broadcast",
  async () => {
    await using server = await Command.start();
    using early = await Peer.join(server.address);
    await early.say("before");
    assertEquals(await early.hear(), "before");
    using late = await Peer.connect(server.address);
    await late.say("mine");
    assertEquals(await late.hear(), "mine");
  },
);

test(
  "S6 one order for all, in which each sender's messages stand as sent",
  async () => {
    await using server = await Command.start();
    using stack = new DisposableStack();
    const SENDERS = 8;
    const EACH = 300;
    const peers: Peer[] = [];
    for (let n = 0; n < SENDERS; n++) {
      peers.push(stack.use(await Peer.join(server.address)));
    }
    using last = await Peer.join(server.address, "start");
    for (const peer of peers) while (await peer.hear() !== "start");

    const send = async (peer: Peer, sender: number) => {
      for (let n = 0; n < EACH; n++) {
        await peer.say(`${sender} ${n}`);
        if (n % (sender + 1) === 0) await macrotask();
      }
    };
    const sending = peers.map(send);
    const heard = await Promise.all(
      [...peers, last].map((peer) => peer.hearMany(SENDERS * EACH)),
    );
    await Promise.all(sending);
    for (const order of heard) assertEquals(order, heard[0]!);
    for (let sender = 0; sender < SENDERS; sender++) {
      assertEquals(
        heard[0]!.filter((text) => text?.startsWith(`${sender} `)),
        Array.from({ length: EACH }, (_, n) => `${sender} ${n}`),
      );
    }
  },
);

test(
  "S7 a client that lags loses whole messages, keeps the order, gets the newest",
  async () => {
    await using server = await Command.start();
    using stuck = await Peer.join(server.address, "stuck");
    using healthy = await Peer.join(server.address, "healthy");
    using sender = await Peer.join(server.address, "sender");
    assertEquals(await healthy.hear(), "sender");

    // More than the hub and the sockets hold together.
    const MESSAGES = 200_000;
    const LENGTH = 200;
    const BATCH = 200;
    const sending = (async () => {
      for (let n = 0; n < MESSAGES; n += BATCH) {
        const texts = Array.from(
          { length: BATCH },
          (_, i) => numbered(n + i, LENGTH),
        );
        await sender.say(...texts);
        await sender.receive(BATCH * (1 + LENGTH));
      }
    })();
    let heard = 0;
    while (heard < MESSAGES) {
      for (const text of await healthy.hearSome() ?? ["the end"]) {
        if (text !== numbered(heard++, LENGTH)) assertEquals(text, `${heard}`);
      }
    }
    await sending;

    await sender.say("last");
    assertEquals(await stuck.hearMany(2), ["healthy", "sender"]);
    let [received, newest] = [0, -1];
    for (;;) {
      const text = await stuck.hear();
      if (text === "last") break;
      const n = parseInt(text!);
      assertEquals(text, numbered(n, LENGTH));
      assert(n > newest);
      newest = n;
      received++;
    }
    assertEquals(newest, MESSAGES - 1);
    assert(received < MESSAGES, "messages were dropped");
  },
);

test("S7 a client that never reads holds up nobody", async () => {
  await using server = await Command.start();
  using _stuck = await Peer.connect(server.address);
  using peer = await Peer.join(server.address);
  const run = Array.from({ length: 200 }, (_, n) => numbered(n, 250));
  const bytes = 200 * 251;
  for (let n = 0; n < 1000; n++) {
    await peer.say(...run);
    assertEquals((await peer.receive(bytes)).length, bytes);
  }
});

test(
  "half-close: the client still gets what was broadcast, then the connection ends",
  async () => {
    await using server = await Command.start();
    using other = await Peer.join(server.address, "other");
    using peer = await Peer.join(server.address, "peer");
    await other.say("from the other");
    assertEquals(await other.hearMany(2), ["peer", "from the other"]);
    const texts = Array.from({ length: 1000 }, (_, n) => `mine ${n}`);
    await peer.say(...texts);
    await peer.hangUp();
    assertEquals(await peer.hearAll(), ["from the other", ...texts]);
    assertEquals(await other.hearMany(1000), texts);
  },
);

test(
  "truncated frame: one cut short by the end of its connection reaches nobody",
  async () => {
    await using server = await Command.start();
    using witness = await Peer.join(server.address, "witness");
    using halved = await Peer.connect(server.address);
    await halved.send(new Uint8Array([1, 97, 5, 1, 2]));
    await halved.hangUp();
    assertEquals(await halved.hearAll(), ["a"]);
    const reset = await Resetter.connect(server.address);
    await reset.send(new Uint8Array([1, 98, 5, 1, 2]));
    assertEquals(await witness.hearMany(2), ["a", "b"]);
    await reset.reset();
    await witness.say("c");
    assertEquals(await witness.hear(), "c");
  },
);

test(
  "port 0: it picks a free port and the ready line names it",
  async () => {
    const address = { hostname: "::1", port: 0 };
    await using server = await Command.start(address);
    const port = Number(
      server.ready.match(/^listening on \[::1\]:(\d+)$/)?.[1],
    );
    assert(port > 0);
    using peer = await Peer.connect({ ...address, port });
    await peer.say("hello");
    assertEquals(await peer.hear(), "hello");
  },
);
