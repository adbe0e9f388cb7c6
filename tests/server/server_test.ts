import { assert, assertEquals, assertThrows } from "@std/assert";
import { Hub, MIN_CAPACITY } from "../../lib/hub/hub.ts";
import {
  MAX_DURATION,
  serve,
  type ServeListenerOptions,
  type Server,
} from "../../lib/server/serve.ts";
import { encode } from "../../lib/wire/frame.ts";
import { isDisconnect } from "../../lib/wire/io_error.ts";
import { freeAddress } from "../support/command.ts";
import { inTime } from "../support/eventually.ts";
import { isPending, macrotask } from "../support/jitter.ts";
import { numbered, Peer, Resetter } from "../support/peer.ts";
import { start, stick, until } from "../support/server.ts";
import { FakeListener, FakeSocket } from "../support/socket.ts";
import { test } from "../support/test.ts";

test("serve() tells the real address, once", async () => {
  const told: Deno.NetAddr[] = [];
  await using server = start({ onListen: (addr) => told.push(addr) });
  assert(server.addr.port > 0);
  assertEquals(told, [server.addr]);
});

test("serve() refuses what has not its type, also from JavaScript, before it listens", () => {
  const { hostname, port } = freeAddress();
  const wrong: [string, unknown, string][] = [
    ["hub", null, "null as hub: it needs subscribe()"],
    ["hub", {}, "an Object as hub: it needs subscribe()"],
    ["publisher", () => {}, "a function as publisher: it needs publish()"],
    ["signal", "stop", "a string as signal: it needs addEventListener()"],
    ["onListen", 5, "a number as onListen: it is a function"],
    ["onError", null, "null as onError: it is a function"],
    ["onEvent", [], "an Array as onEvent: it is a function"],
  ];
  for (const [name, value, words] of wrong) {
    const options = { hostname, port, [name]: value };
    const { message } = assertThrows(() => serve(options), TypeError);
    assertEquals(message, `Cannot serve with ${words}`);
  }
  const options = { listener: {} } as unknown as ServeListenerOptions<
    Deno.Addr
  >;
  assertThrows(
    () => serve(options),
    TypeError,
    "as listener: it needs accept()",
  );
  Deno.listen({ hostname, port }).close(); // nothing was left there
});

test("serve() throws what listening throws", async () => {
  await using server = start();
  const { port } = server.addr;
  assertThrows(() => serve({ port }), Deno.errors.AddrInUse);
  assertThrows(
    () => serve({ hostname: "192.0.2.1", port: 0 }),
    Deno.errors.AddrNotAvailable,
  );
});

test("Server.stats() counts messages and bytes, in and out", async () => {
  await using server = start();
  using a = await Peer.join(server.addr, "a");
  using b = await Peer.join(server.addr, "b");
  assertEquals(await a.hear(), "b");
  await b.say("hello", "");
  assertEquals([await a.hear(), await a.hear()], ["hello", ""]);
  assertEquals([await b.hear(), await b.hear()], ["hello", ""]);
  await until(server, (server) => server.stats().messagesOut === 7);
  assertEquals(server.stats(), {
    clients: 2,
    messagesIn: 4,
    bytesIn: 2 + 2 + 6 + 1,
    messagesOut: 7,
    bytesOut: 2 + 2 * (2 + 6 + 1),
    dropped: 0,
    lag: 0,
    acceptErrors: 0,
    rateLimited: 0,
    unreported: 0,
    refused: 0,
    refusedPerAddress: 0,
    disconnected: {
      ended: 0,
      truncated: 0,
      reset: 0,
      invalid: 0,
      stalled: 0,
      drained: 0,
      aborted: 0,
      failed: 0,
      removed: 0,
    },
  });
});

test("Server.stats() counts how connections ended", async () => {
  await using server = start();
  {
    using ended = await Peer.join(server.addr);
    await ended.hangUp();
    await ended.hearAll();
    using truncated = await Peer.join(server.addr);
    await truncated.send(new Uint8Array([3, 1]));
    await truncated.hangUp();
    await truncated.hearAll();
    const lost = await Resetter.connect(server.addr);
    await lost.send(new Uint8Array([0]));
    await until(server, (server) => server.stats().messagesIn === 3);
    await lost.reset();
  }
  await until(server, (server) => server.stats().clients === 0);
  const { ended, truncated, reset } = server.stats().disconnected;
  assertEquals({ ended, truncated, reset }, {
    ended: 1,
    truncated: 1,
    reset: 1,
  });
});

test("Server.stats() counts what lagging clients lose, and keeps the count when they leave", async () => {
  await using server = start({ hub: new Hub({ capacity: 64 * 1024 }) });
  {
    using _stuck = await Peer.join(server.addr);
    await stick(server);
    assert(server.stats().dropped > 0);
    assertEquals(server.stats().clients, 1);
  }
  await until(server, (server) => server.stats().clients === 0);
  assert(server.stats().dropped > 0);
});

test("serve({ maxClients }) refuses one more, and takes the next when one leaves", async () => {
  await using server = start({ maxClients: 2 });
  using a = await Peer.join(server.addr, "a");
  {
    using _b = await Peer.join(server.addr, "b");
    using c = await Peer.connect(server.addr);
    assertEquals(await c.body(), null);
    assertEquals(server.stats().refused, 1);
  }
  await until(server, (server) => server.stats().clients === 1);
  using d = await Peer.join(server.addr, "d");
  await d.say("hello");
  assertEquals(await a.hearMany(3), ["b", "d", "hello"]);
});

test("serve({ stallTimeout }) disconnects who takes nothing, and nobody else", async () => {
  await using server = start({ stallTimeout: 1000 });
  using _stuck = await Peer.join(server.addr, "stuck");
  using idle = await Peer.join(server.addr, "idle");
  const reading = (async () => {
    for (let text; (text = await idle.hear()) !== "end";) assert(text !== null);
  })();
  await stick(server);
  await until(server, (server) => server.stats().disconnected.stalled === 1);
  assertEquals(server.stats().clients, 1);
  server.hub.broadcast(new Uint8Array([3, 101, 110, 100]));
  await reading;
});

test({
  name:
    "serve({ stallTimeout }): the system says that a client takes something after half of the largest buffer at most",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const sizes = await Deno.readTextFile("/proc/sys/net/ipv4/tcp_wmem");
    const most = Number(sizes.split("\t")[2]) / 2; // 2 MiB, as documented
    await using server = start({ drainTimeout: 0 });
    using peer = await Peer.join(server.addr);
    await stick(server);
    const buffer = new Uint8Array(64 * 1024);
    for (let round = 0; round < 3; round++) {
      const before = server.stats().bytesOut;
      let taken = 0;
      while (server.stats().bytesOut === before) {
        taken += (await inTime(peer.socket.read(buffer), "bytes"))!;
        for (let n = 0; n < 20; n++) await macrotask();
        assert(taken <= most, `${taken} bytes`);
      }
      // All that fits now is written, and the next round waits again.
      for (let wrote = -1; wrote !== server.stats().bytesOut;) {
        wrote = server.stats().bytesOut;
        for (let n = 0; n < 200; n++) await macrotask();
      }
    }
  },
});

test("serve({ publisher }) says where frames go", async () => {
  const hub = new Hub();
  await using server = start({
    hub,
    publisher: {
      async publish({ bytes, count }) {
        const upper = new TextEncoder().encode(
          new TextDecoder().decode(bytes).toUpperCase(),
        );
        await macrotask();
        hub.broadcast(upper, count);
      },
    },
  });
  using peer = await Peer.connect(server.addr);
  await peer.say("hello", "you");
  assertEquals(await peer.hearMany(2), ["HELLO", "YOU"]);
});

test("serve({ publisher }) that throws costs its own client only, and is told", async () => {
  const errors: unknown[] = [];
  const hub = new Hub();
  await using server = start({
    hub,
    publisher: {
      publish({ bytes, count }) {
        if (bytes[1] === 120) throw new Error("no x");
        hub.broadcast(bytes, count);
      },
    },
    onError: (error) => errors.push(error),
  });
  using good = await Peer.join(server.addr, "good");
  using bad = await Peer.connect(server.addr);
  await bad.say("x");
  assertEquals(await bad.body(), null);
  assertEquals(errors.map(String), ["Error: no x"]);
  assertEquals(server.stats().disconnected.failed, 1);
  await good.say("still here");
  assertEquals(await good.hear(), "still here");
});

test("serve({ hub }) takes from a client at once what the hub cannot hold at once", async () => {
  await using server = start({ hub: new Hub({ capacity: MIN_CAPACITY }) });
  using peer = await Peer.join(server.addr);
  const texts = Array.from({ length: 1000 }, (_, n) => numbered(n, n % 256));
  await peer.say(...texts, "end");
  let at = 0;
  for (let text; (text = await peer.hear()) !== "end";) {
    at = texts.indexOf(text!, at); // in order, and whole, if not all
    assert(at >= 0, `${text}`);
  }
  await until(server, (server) => {
    const { messagesIn, messagesOut, dropped } = server.stats();
    return messagesIn === 1002 && messagesOut + dropped === 1002;
  });
});

test("serve({ hub }) broadcasts what a client brought at once in pieces, and waits for each to be taken", async () => {
  const listener = new FakeListener();
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const server = serve({ listener, hub });
  const socket = new FakeSocket();
  listener.connect(socket);
  // A read that fills its buffer is followed by a larger one.
  for (const length of [512, 8192, 65_536]) {
    socket.arrive(new Uint8Array(length).fill(255));
  }
  await until(
    server,
    (server) => server.stats().messagesOut === 2 + 32 + 256,
  );
  assertEquals(server.stats().dropped, 0);
  socket.arrive(null);
  await until(server, (server) => server.stats().clients === 0);
  await server.shutdown();
});

test("serve({ hub }) at its end: what counts as received is for all clients, however small the hub", async () => {
  const listener = new FakeListener();
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const server = serve({ listener, hub });
  const sockets = Array.from({ length: 20 }, () => new FakeSocket());
  for (const socket of sockets) listener.connect(socket);
  await until(server, (server) => server.stats().clients === 20);
  for (const socket of sockets) socket.arrive(new Uint8Array(512)); // fills the buffer
  await until(server, (server) => server.stats().messagesIn === 20 * 512);
  for (const socket of sockets) socket.arrive(new Uint8Array(8192));
  await until(server, (server) => server.stats().messagesIn > 20 * 512);
  const ended = server.shutdown();
  for (const socket of sockets) socket.arrive(null);
  await ended;
  const { messagesIn, messagesOut, dropped } = server.stats();
  assertEquals(messagesOut + dropped, 20 * messagesIn);
});

test("serve({ hub }) joins several servers and the program itself", async () => {
  const hub = new Hub();
  await using one = start({ hub });
  await using two = start({ hub });
  using a = await Peer.join(one.addr, "a");
  using b = await Peer.join(two.addr, "b");
  assertEquals(await a.hear(), "b");
  hub.broadcast(new Uint8Array([2, 104, 105]));
  assertEquals(await a.hear(), "hi");
  assertEquals(await b.hear(), "hi");
});

test("Server: a client that ends its sending side gets all that waits for it", async () => {
  await using server = start();
  using peer = await Peer.join(server.addr);
  // More than the sockets hold, so most of it waits in the hub; the hub holds it.
  const run = new Uint8Array(256 * 200).fill(255);
  for (let n = 0; n < 240; n++) await peer.send(run);
  await peer.hangUp();
  await until(server, (server) => server.stats().messagesIn === 1 + 240 * 200);
  assert(server.stats().bytesOut < 240 * run.length);
  assertEquals(
    (await peer.receive(240 * run.length + 1)).length,
    240 * run.length,
  );
  await until(server, (server) => server.stats().clients === 0);
  assertEquals(server.stats().disconnected.ended, 1);
});

test("Server.add() takes a client, or says what refuses it", async () => {
  await using server = start({ maxClients: 1 });
  const socket = new FakeSocket();
  assertEquals(server.add(socket), undefined);
  assertEquals([...server.clients.keys()], [1]);
  assertEquals(server.add(new FakeSocket()), "maxClients");
  const ended = server.shutdown();
  assertEquals(server.add(new FakeSocket()), "draining");
  socket.arrive(null);
  await inTime(ended, "the server to end");
});

test("Server.shutdown() gives clients what waits, then ends", async () => {
  const server = start();
  using peer = await Peer.join(server.addr);
  const run = new Uint8Array(256 * 200).fill(255);
  for (let n = 0; n < 100; n++) server.hub.broadcast(run, 200);
  const ended = server.shutdown();
  const bytes = await peer.receive(100 * run.length + 1);
  assertEquals(bytes.length, 100 * run.length);
  await peer.hangUp();
  await ended;
  assertEquals(server.stats().clients, 0);
});

test("Server[Symbol.asyncDispose]() does not cut short a drain that is under way", async () => {
  let server: Server;
  let receiving: Promise<Uint8Array>;
  const run = new Uint8Array(256 * 200).fill(255);
  using stack = new DisposableStack();
  {
    await using started = start({ drainTimeout: 60_000 });
    server = started;
    const peer = stack.use(await Peer.join(server.addr));
    for (let n = 0; n < 200; n++) server.hub.broadcast(run, 200);
    server.shutdown();
    receiving = peer.receive(200 * run.length + 1).then(async (bytes) => {
      await peer.hangUp();
      return bytes;
    });
  }
  assertEquals((await receiving).length, 200 * run.length);
  assertEquals(server.stats().disconnected.aborted, 0);
});

test("Server.shutdown() frees the port", async () => {
  for (let n = 0; n < 5; n++) {
    const server = start();
    using peer = await Peer.join(server.addr);
    await peer.hangUp();
    await server.shutdown();
    const again = serve({ port: server.addr.port });
    await again.shutdown();
  }
});

test("Server.shutdown() waits for a client that never reads no longer than the drain time-out", async () => {
  const server = start({ drainTimeout: 50 });
  using _stuck = await Peer.join(server.addr);
  await stick(server);
  await server.shutdown();
  assertEquals(server.stats().disconnected.aborted, 1);
});

test("Server.shutdown() called twice ends at once", async () => {
  const server = start({ drainTimeout: MAX_DURATION });
  using _stuck = await Peer.join(server.addr);
  await stick(server);
  const first = server.shutdown();
  assert(await isPending(first));
  await server.shutdown();
  await first;
  assertEquals(server.stats().disconnected.aborted, 1);
});

test("serve({ signal }) ends at once when it aborts", async () => {
  const abort = new AbortController();
  const server = start({ signal: abort.signal, drainTimeout: MAX_DURATION });
  using _stuck = await Peer.join(server.addr);
  await stick(server);
  abort.abort();
  await inTime(server.finished, "the server to end");
  assertEquals(server.stats().disconnected.aborted, 1);
});

test("serve({ signal }) ends a drain that is under way", async () => {
  const abort = new AbortController();
  const server = start({ signal: abort.signal, drainTimeout: MAX_DURATION });
  using _stuck = await Peer.join(server.addr);
  await stick(server);
  const ended = server.shutdown();
  assert(await isPending(ended));
  abort.abort();
  await ended;
});

test("serve({ signal }) that has aborted already listens to nobody", async () => {
  const server = start({ signal: AbortSignal.abort() });
  await inTime(server.finished, "the server to end");
  const again = serve({ port: server.addr.port });
  await again.shutdown();
});

test("serve({ signal }) keeps no listener on a signal that outlives the server", async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (type: string, listener: EventListener) => {
    listeners.add(listener);
    addEventListener.call(signal, type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listeners.delete(listener);
    removeEventListener.call(signal, type, listener);
  };
  {
    await using _server = start({ signal });
    assertEquals(listeners.size, 1);
  }
  assertEquals(listeners.size, 0);
});

test("Server.shutdown() while clients come, talk and go leaves nothing behind", async () => {
  for (let round = 0; round < 5; round++) {
    const server = start({ drainTimeout: 200 });
    const client = async (n: number) => {
      try {
        using peer = await Peer.connect(server.addr);
        for (let i = 0; i < 200; i++) {
          await peer.say(`${n} ${i}`);
          await peer.hear();
        }
      } catch (error) {
        assert(isDisconnect(error), `${error}`); // the server went away
      }
    };
    const clients = Array.from({ length: 30 }, (_, n) => client(n));
    await until(server, (server) => server.stats().messagesIn > 100 * round);
    await server.shutdown();
    await Promise.all(clients);
    const { clients: left, disconnected } = server.stats();
    assertEquals(left, 0);
    assertEquals(disconnected.failed, 0);
  }
});

test("Server: a socket that is reset before it is configured disturbs nobody else", async () => {
  const listener = new FakeListener();
  await using server = serve({ listener, maxClients: 1 });
  const reset = Object.assign(new FakeSocket(), {
    setNoDelay() {
      throw new Deno.errors.ConnectionReset("reset");
    },
    setKeepAlive() {},
  });
  listener.connect(reset);
  await until(server, (server) => server.stats().disconnected.reset === 1);
  assert(reset.closed);
  const socket = new FakeSocket();
  listener.connect(socket);
  socket.arrive(encode("hello"));
  await until(server, (server) => server.stats().messagesOut === 1);
  assertEquals(new Uint8Array(socket.written), encode("hello"));
});

test("Server: resets at any moment cost nobody else anything", async () => {
  await using server = start();
  using witness = await Peer.join(server.addr, "witness");
  for (let n = 0; n < 50; n++) {
    const rude = await Resetter.connect(server.addr);
    if (n % 3 === 1) await rude.send(new Uint8Array([200, 1, 2]));
    if (n % 3 === 2) await rude.send(new Uint8Array([0]));
    await rude.reset();
  }
  await witness.say("end");
  for (let text; (text = await witness.hear()) !== "end";) {
    assertEquals(text, "");
  }
  await until(server, (server) => server.stats().clients === 1);
});
