import { assert, assertEquals, assertThrows } from "@std/assert";
import { listen } from "../../lib/server/listener.ts";
import { encode } from "../../lib/wire/frame.ts";
import {
  serve,
  type ServeListenerOptions,
  type Server,
} from "../../lib/server/serve.ts";
import { inTime } from "../support/eventually.ts";
import { macrotask } from "../support/jitter.ts";
import { Peer } from "../support/peer.ts";
import { until } from "../support/server.ts";
import { FakeListener, FakeSocket } from "../support/socket.ts";
import { CERT, KEY } from "../support/tls.ts";
import { test } from "../support/test.ts";

const UNIX = Deno.build.os !== "windows";

/** Sends a body and waits for it to be back, among others. */
async function chat(socket: Deno.Conn, text: string): Promise<string> {
  await socket.write(encode(text));
  let heard = "";
  const buffer = new Uint8Array(1024);
  while (!heard.includes(text)) {
    const read = await inTime(socket.read(buffer), text);
    assert(read !== null, "the server has gone");
    heard += new TextDecoder().decode(buffer.subarray(0, read));
  }
  return heard;
}

/** A path for a socket, in a directory that nobody else may enter. */
class SocketPath implements Disposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "zillions-" });
  readonly path = `${this.directory}/chat.sock`;

  listen(): Deno.UnixListener {
    return Deno.listen({ transport: "unix", path: this.path });
  }

  connect(): Promise<Deno.UnixConn> {
    return Deno.connect({ transport: "unix", path: this.path });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

test("serve({ listener }) serves what it is given, and closes it at its end", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const told: Deno.NetAddr[] = [];
  const server = serve({ listener, onListen: (addr) => told.push(addr) });
  assertEquals(server.addr, listener.addr);
  assertEquals(told, [listener.addr]);
  {
    using peer = await Peer.join(server.addr);
    await peer.say("hello");
    assertEquals(await peer.hear(), "hello");
    await peer.hangUp();
    await peer.hearAll();
  }
  await server.shutdown();
  assertThrows(() => listener.close(), Deno.errors.BadResource);
});

test("serve({ listener }) takes no address besides, and leaves the listener alone then", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (const address of [{ port: 0 }, { hostname: "127.0.0.1" }]) {
    const both = { listener, ...address } as ServeListenerOptions<Deno.NetAddr>;
    assertThrows(() => serve(both), TypeError, "one or the other");
  }
  assertThrows(() => serve({ listener, maxClients: 0 }), RangeError);
});

test("serve({ listener }) ends when somebody else closes the listener", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const server = serve({ listener });
  using peer = await Peer.join(server.addr);
  listener.close();
  assertEquals(await peer.body(), null);
  await peer.hangUp();
  await inTime(server.finished, "the server to end");
  assertEquals(server.stats().disconnected.drained, 1);
});

test("serve({ listener }) needs no more of it than to accept, an address and to be disposed", async () => {
  const inner = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let accepts = 0;
  const server = serve({
    listener: {
      addr: { ...inner.addr, port: 1 },
      accept() {
        accepts++;
        return inner.accept();
      },
      [Symbol.dispose]: () => inner[Symbol.dispose](),
    },
  });
  assertEquals(server.addr.port, 1);
  using peer = await Peer.join(inner.addr);
  await peer.hangUp();
  await peer.hearAll();
  await server.shutdown();
  assertEquals(accepts, 2);
});

test("serve({ listener }) disposes of it once: a second time would throw", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const errors: unknown[] = [];
  const server = serve({
    listener: {
      addr: listener.addr as Deno.NetAddr,
      accept: () => listener.accept(),
      [Symbol.dispose]: () => listener.close(),
    },
    onError: (error) => errors.push(error),
  });
  using peer = await Peer.join(server.addr, "a");
  server.hub.broadcast(encode("the last"));
  const ended = server.shutdown();
  assertEquals(await peer.hear(), "the last");
  await peer.hangUp();
  await ended;
  assertEquals(server.stats().disconnected.drained, 1);
  assertEquals(errors, []);
});

test("serve({ listener }) drains and ends, although the listener cannot be closed", async () => {
  const listener = new FakeListener();
  const errors: unknown[] = [];
  const server = serve({
    listener: {
      addr: listener.addr,
      accept: () => listener.accept(),
      [Symbol.dispose]() {
        throw new Error("not now");
      },
    },
    onError: (error) => errors.push(error),
  });
  const socket = new FakeSocket();
  listener.connect(socket);
  await macrotask();
  server.hub.broadcast(encode("the last"));
  const ended = server.shutdown();
  const late = new FakeSocket();
  await macrotask();
  listener.connect(late);
  socket.arrive(null);
  await ended;
  assertEquals(new Uint8Array(socket.written), encode("the last"));
  assertEquals(errors.map(String), ["Error: not now"]);
  assertEquals(server.stats().disconnected.drained, 1);
  assert(late.closed, "a client that comes after that is closed");
});

test("serve({ listener }) counts each failure to accept, and tells of the first", async () => {
  const inner = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const errors: unknown[] = [];
  let failures = 3;
  const server = serve({
    listener: {
      addr: inner.addr,
      accept: () =>
        failures-- > 0
          ? Promise.reject(new Error("Too many open files"))
          : inner.accept(),
      [Symbol.dispose]: () => inner[Symbol.dispose](),
    },
    onError: (error) => errors.push(error),
  });
  using peer = await Peer.join(inner.addr);
  assertEquals(errors.map(String), [
    "Error: Cannot accept clients for now: Too many open files",
  ]);
  assertEquals(server.stats().acceptErrors, 3);
  await peer.hangUp();
  await server.shutdown();
});

test({
  name: "serve({ listener }) on a Unix socket is the whole server",
  ignore: !UNIX,
  async fn() {
    using socket = new SocketPath();
    const listener = socket.listen();
    const events: string[] = [];
    const server = serve({
      listener,
      maxClients: 2,
      maxClientsPerAddress: 1, // of which there are none
      onEvent: ({ type }) => events.push(type),
    });
    assertEquals(server.addr.path, socket.path);
    using a = await socket.connect();
    using b = await socket.connect();
    await chat(a, "a is here");
    await chat(b, "b is here");
    using c = await socket.connect();
    assertEquals(await c.read(new Uint8Array(1)), null);
    assertEquals(server.stats().refused, 1);
    await a.closeWrite();
    await b.closeWrite();
    await until(server, (server) => server.stats().clients === 0);
    await server.shutdown();
    assertEquals(server.stats().disconnected.ended, 2);
    assertEquals(events.sort(), [
      ...["connected", "connected"],
      ...["disconnected", "disconnected"],
      "refused",
    ]);
    assertThrows(() => Deno.statSync(socket.path), Deno.errors.NotFound);
  },
});

test({
  name:
    "serve({ listener }) on a Unix socket: who may not enter its directory cannot connect",
  ignore: !UNIX,
  async fn() {
    using socket = new SocketPath();
    const listener = socket.listen();
    await using _server = serve({ listener });
    const { mode } = await Deno.stat(socket.directory);
    assertEquals(mode! & 0o777, 0o700);
    using mine = await socket.connect();
    await chat(mine, "mine");
    await mine.closeWrite();
    if (Deno.uid() !== 0) return; // only root can be somebody else
    const sees = async (...as: string[]) => {
      const [command, ...args] = [...as, "test", "-S", socket.path];
      return (await new Deno.Command(command!, { args }).output()).code;
    };
    assertEquals(await sees("env"), 0);
    assertEquals(await sees("setpriv", "--reuid=65534", "--clear-groups"), 1);
  },
});

/** Serves TLS on a free port. */
function serveTls(
  options: Omit<ServeListenerOptions<Deno.NetAddr>, "listener"> = {},
): Server {
  const listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: CERT,
    key: KEY,
  });
  return serve({ listener, ...options });
}

/** Connects without TLS. */
function connect({ addr: { port } }: Server): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port });
}

function connectTls({ addr: { port } }: Server): Promise<Deno.TlsConn> {
  return Deno.connectTls({ hostname: "localhost", port, caCerts: [CERT] });
}

test("serve({ listener }) with TLS: clients chat, and leave in order", async () => {
  await using server = serveTls();
  using a = await connectTls(server);
  await chat(a, "a is here");
  using b = await connectTls(server);
  await chat(b, "b is here");
  assertEquals(await chat(a, "hello"), "\tb is here\x05hello");
  await a.closeWrite();
  assertEquals(await a.read(new Uint8Array(1)), null);
  await until(server, (server) => server.stats().clients === 1);
  assertEquals(server.stats().disconnected.ended, 1);
  await b.closeWrite();
});

test("serve({ listener }) with TLS: who speaks no TLS, or vanishes, costs nobody else anything", async () => {
  const errors: unknown[] = [];
  const server = serveTls({ onError: (error) => errors.push(error) });
  using witness = await connectTls(server);
  await chat(witness, "witness");
  for (const greeting of ["GET / HTTP/1.0\r\n\r\n", "\x16\x03\x01", ""]) {
    using rude = await connect(server);
    await rude.write(new TextEncoder().encode(greeting));
  }
  using loud = await connect(server);
  await loud.write(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"));
  await until(server, (server) => server.stats().disconnected.reset === 4);
  await chat(witness, "still here");
  assertEquals(errors, []);
  await witness.closeWrite();
  await until(server, (server) => server.stats().disconnected.ended === 1);
  await server.shutdown();
});

test("serve({ listener }) with TLS: who never speaks is a client among others, until a message waits for it", async () => {
  await using server = serveTls({ stallTimeout: 200, maxClients: 2 });
  using _silent = await connect(server);
  using witness = await connectTls(server);
  await until(server, (server) => server.stats().clients === 2);
  using _third = await connect(server);
  await until(server, (server) => server.stats().refused === 1);
  await chat(witness, "hello");
  await until(server, (server) => server.stats().disconnected.stalled === 1);
  await chat(witness, "still here");
  await witness.closeWrite();
});

test("serve({ listener }) with TLS: who never speaks does not hold up the end", async () => {
  const server = serveTls({ drainTimeout: 50 });
  using _silent = await connect(server);
  await until(server, (server) => server.stats().clients === 1);
  await server.shutdown();
  assertEquals(server.stats().clients, 0);
});

test("listen() is this machine's port 8080 by default, where many can wait", () => {
  const asked: Deno.TcpListenOptions[] = [];
  const how = (options: Deno.TcpListenOptions) => {
    asked.push(options);
    return {} as Deno.TcpListener;
  };
  listen({}, how);
  listen({ hostname: "::1", port: 0 }, how);
  assertEquals(asked, [
    { hostname: "127.0.0.1", port: 8080, tcpBacklog: 4096 },
    { hostname: "::1", port: 0, tcpBacklog: 4096 },
  ]);
});

test("serve({ listener }) ends, although the listener cannot be closed and accepts for ever", async () => {
  const errors: unknown[] = [];
  const server = serve({
    listener: {
      addr: { transport: "tcp", hostname: "192.0.2.2", port: 2 },
      accept: () => new Promise<Deno.Conn>(() => {}),
      [Symbol.dispose]() {
        throw new Error("busy");
      },
    },
    onError: (error) => errors.push(error),
  });
  await server.shutdown();
  assertEquals(errors.map(String), ["Error: busy"]);
});

test("Server.add() takes a client that came another way, until the server ends", async () => {
  await using server = serve({ listener: new FakeListener() });
  const sockets = [new FakeSocket(), new FakeSocket()];
  assertEquals(server.add(sockets[0]!), undefined);
  await server.broadcast("a");
  await macrotask();
  assertEquals(sockets[0]!.written, [1, 97]);
  const ended = server.shutdown();
  assertEquals(server.add(sockets[1]!), "draining");
  assertEquals(sockets[1]!.closed, false);
  sockets[0]!.arrive(null);
  await ended;
});

test("Server[Symbol.asyncDispose]() resolves when the server has ended", async () => {
  const server = serve({ listener: new FakeListener() });
  let ended = false;
  server.finished.then(() => ended = true);
  await server[Symbol.asyncDispose]();
  assert(ended);
});
