/**
 * What the server may use of the machine: memory, descriptors, timers, operations
 * under way. Memory is what the system says the process has, not what its heap is.
 */
import { assert, assertEquals } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { Clients } from "../../lib/server/clients.ts";
import { SERVER_CLOCK, type ServerClock } from "../../lib/server/clock.ts";
import { resolveOptions } from "../../lib/server/options.ts";
import { serve } from "../../lib/server/serve.ts";
import { encode } from "../../lib/wire/frame.ts";
import { FakeClock } from "../support/clock.ts";
import { macrotask } from "../support/jitter.ts";
import { Peer } from "../support/peer.ts";
import { until } from "../support/server.ts";
import { FakeSocket } from "../support/socket.ts";
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
      await server.pass(50);
      grown.push(server.grown);
    }
    const [none, many] = grown as [number, number];
    assert(none < capacity + 2 * SLACK, `${none / MIB} MiB`);
    assert(many - none < 400 * STUCK + SLACK, `${(many - none) / MIB} MiB`);
  },
});

/** The runtime's clock; it counts who waits. */
class CountingClock implements ServerClock {
  waiting = 0;
  readonly now = SERVER_CLOCK.now;

  delay(milliseconds: number, options: { signal: AbortSignal }) {
    return this.#count(SERVER_CLOCK.delay(milliseconds, options));
  }

  deadline<T>(
    promise: Promise<T>,
    milliseconds: number,
    options?: { signal?: AbortSignal },
  ) {
    return this.#count(SERVER_CLOCK.deadline(promise, milliseconds, options));
  }

  async #count<T>(wait: Promise<T>): Promise<T> {
    this.waiting++;
    try {
      return await wait;
    } finally {
      this.waiting--;
    }
  }
}

test("bounds: timers are as many for many clients as for one, and none when it has ended", async () => {
  const [clock, hubClock] = [new CountingClock(), new FakeClock()];
  const hub = new Hub({}, hubClock);
  const options = resolveOptions({ hub, maxRate: 1000 });
  const clients = new Clients(options, clock);
  const stop = new AbortController();
  const watching = [clients.watch(stop.signal), clients.limitRate(stop.signal)];
  const sockets: FakeSocket[] = [];
  for (const count of [1, 100]) {
    for (let n = 0; n < count; n++) {
      const socket = new FakeSocket();
      clients.add(socket);
      sockets.push(socket);
      socket.arrive(encode("hello"));
      await macrotask();
    }
    assertEquals([clock.waiting, hubClock.timers], [2, 0]);
  }
  stop.abort();
  await Promise.all(watching);
  const drained = clients.drain(new AbortController().signal);
  await macrotask();
  assertEquals(clock.waiting, 1 + sockets.length); // each client may close its side
  for (const socket of sockets) socket.arrive(null);
  await drained;
  assertEquals([clock.waiting, hubClock.timers], [0, 0]);
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
