/**
 * What the server may use of the machine: memory, descriptors, timers, operations
 * under way. Memory is what the system says the process has, not what its heap is.
 */
import { assert, assertEquals } from "@std/assert";
import { macrotask } from "../support/jitter.ts";
import { Peer } from "../support/peer.ts";
import { start, until } from "../support/server.ts";
import { Timers } from "../support/timers.ts";
import { Watched } from "../support/watched.ts";

const KIB = 1024;
const MIB = 1024 ** 2;

/** Memory of a client that is connected and says nothing. */
const IDLE = 24 * KIB;

/** Memory of a client whose write is stuck: the piece of the log that it writes. */
const STUCK = 64 * KIB;

/** What an engine takes and gives back when it pleases, whatever the clients do. */
const SLACK = 32 * MIB;

/** Descriptors that the runtime opens now and then. */
const FEW = 4;

/** Only Linux tells in `/proc` what a process uses. */
const ignore = Deno.build.os !== "linux";

Deno.test({
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

Deno.test({
  name: "bounds: an idle client is 24 KiB at most",
  ignore,
  async fn() {
    const clients = 2000;
    await using server = await Watched.start();
    using _clients = await server.connect(clients);
    const { grown } = server;
    assert(grown < clients * IDLE + SLACK, `${grown / MIB} MiB`);
  },
});

Deno.test({
  name:
    "bounds: what passes is the capacity at most, and what is stuck 64 KiB a client",
  ignore,
  async fn() {
    const capacity = 4 * MIB;
    for (const stuck of [0, 100]) {
      await using server = await Watched.start("--capacity", `${capacity}`);
      using _clients = await server.connect(stuck);
      await server.pass(160);
      const { grown } = server;
      const bound = capacity + stuck * STUCK + SLACK;
      assert(grown < bound, `${stuck} stuck: ${grown / MIB} MiB`);
    }
  },
});

Deno.test("bounds: timers are as many for many clients as for one, and none when it has ended", async () => {
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

Deno.test("bounds: of a client, one read waits and one write at most", async () => {
  const { listen } = Deno;
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
  Deno.listen = ((options: Deno.TcpListenOptions) => {
    const listener = listen(options);
    const accept = listener.accept.bind(listener);
    listener.accept = async () => counted(await accept());
    return listener;
  }) as typeof listen;
  try {
    await using server = start();
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
  } finally {
    Deno.listen = listen;
  }
});
