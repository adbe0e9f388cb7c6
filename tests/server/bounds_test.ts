/**
 * What the server may use of the machine: memory, descriptors, timers, operations
 * under way. Memory is what the system says the process has, not what its heap is.
 */
import { assert, assertEquals } from "@std/assert";
import { serve } from "../../lib/server/serve.ts";
import { macrotask } from "../support/jitter.ts";
import { Peer } from "../support/peer.ts";
import { start, until } from "../support/server.ts";
import { Timers } from "../support/timers.ts";
import { Watched } from "../support/watched.ts";
import { test } from "../support/test.ts";

const KIB = 1024;
const MIB = 1024 ** 2;

/** Memory of one more client that is connected and sends nothing: 9 to 12 KiB, and some room. */
const IDLE = 16 * KIB;

/** Memory of one more client whose write is stuck: the chunk of the log that it writes. */
const STUCK = 64 * KIB;

/** What the runtime takes and gives back when it pleases, whatever the clients do. */
const SLACK = 16 * MIB;

/** Descriptors that the runtime opens now and then. */
const FEW = 4;

/** Only Linux tells in `/proc` what a process uses. */
const ignore = Deno.build.os !== "linux";

test({
  name: "bounds: a client is one descriptor, and none when it has left",
  ignore,
  async fn() {
    await using server = await Watched.start();
    const besides = () => server.descriptors - server.sockets;
    const before = besides();
    for (let round = 0; round < 3; round++) {
      using _clients = await server.connect(200);
      assert(besides() <= before + FEW);
    }
    await server.has(0);
    assert(besides() <= before + FEW);
  },
});

test({
  name: "bounds: an idle client takes 16 KiB at most",
  ignore,
  async fn() {
    await using server = await Watched.start();
    // The first thousands pay for what all share.
    using _first = await server.connect(1000);
    const { grown } = server;
    using _more = await server.connect(3000, 1000);
    const each = (server.grown - grown) / 3000;
    assert(each < IDLE, `${each / KIB} KiB`);
  },
});

test({
  name:
    "bounds: messages take the capacity at most, and a stuck client 64 KiB more",
  ignore,
  async fn() {
    const capacity = 4 * MIB;
    const grown = [];
    for (const stuck of [0, 400]) {
      await using server = await Watched.start("--capacity", `${capacity}`);
      using _clients = await server.connect(stuck);
      await server.pass(100);
      grown.push(server.grown);
    }
    const [none, many] = grown as [number, number];
    assert(none < capacity + 2 * SLACK, `${none / MIB} MiB`);
    assert(many - none < 400 * STUCK + SLACK, `${(many - none) / MIB} MiB`);
  },
});

test("bounds: timers are as many for many clients as for one, and none when it has ended", async () => {
  using timers = new Timers();
  {
    await using server = start();
    using stack = new DisposableStack();
    stack.use(await Peer.join(server.addr));
    await macrotask();
    const few = timers.waiting.size;
    for (let n = 0; n < 100; n++) stack.use(await Peer.join(server.addr));
    await until(server, (server) => server.stats().clients === 101);
    assertEquals(timers.waiting.size, few);
    assert(few <= 2, `${few} timers`);
  }
  assertEquals(timers.waiting.size, 0);
});

test("bounds: of a client, one read waits and one write at most", async () => {
  const pending = { read: 0, write: 0 };
  const most = { read: 0, write: 0 };
  /** Counts what a socket has under way. */
  const counted = (socket: Deno.TcpConn) => {
    for (const name of ["read", "write"] as const) {
      const begin = socket[name].bind(socket);
      let own = 0;
      socket[name] = async (bytes) => {
        pending[name]++;
        most[name] = Math.max(most[name], ++own);
        try {
          return await begin(bytes) as number;
        } finally {
          pending[name]--;
          own--;
        }
      };
    }
    return socket;
  };
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  {
    await using server = serve({
      listener: {
        addr: listener.addr as Deno.NetAddr,
        accept: async () => counted(await listener.accept()),
        [Symbol.dispose]: () => listener[Symbol.dispose](),
      },
    });
    const names = Array.from({ length: 20 }, (_, n) => `client ${n}`);
    const peers = await Promise.all(
      names.map((name) => Peer.join(server.addr, name)),
    );
    await Promise.all(peers.map(async (peer, n) => {
      for (let i = 0; i < 20; i++) await peer.say(`${n} ${i}`);
      await peer.say("end");
      for (let ends = 0; ends < peers.length;) {
        if (await peer.hear() === "end") ends++;
      }
    }));
    await until(server, () => pending.read === 20 && pending.write === 0);
    assertEquals(most, { read: 1, write: 1 });
    for (const peer of peers) peer[Symbol.dispose]();
    await until(server, (server) => server.stats().clients === 0);
    assertEquals(pending, { read: 0, write: 0 });
  }
});
