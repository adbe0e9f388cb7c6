import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, connect } from "../../lib/client/client.ts";
import { TruncatedFrameError } from "../../lib/wire/framer.ts";
import { serve } from "../../lib/server/serve.ts";
import { formatAddress } from "../../lib/wire/address.ts";
import { freeAddress } from "../support/command.ts";
import { isPending } from "../support/jitter.ts";
import { test } from "../support/test.ts";
import { CERT, KEY } from "../support/tls.ts";

const text = (body: Uint8Array) => new TextDecoder().decode(body);

test("connect() reads an address as text", async () => {
  await using server = serve({ port: 0 });
  using client = await connect(formatAddress(server.addr));
  await client.send("hello");
  for await (const body of client) {
    assertEquals(text(body), "hello");
    break;
  }
});

test("connect() rejects with what is wrong", async () => {
  await assertRejects(() => connect("nowhere"), TypeError, "has no port");
  await assertRejects(() => connect("a:65536"), RangeError, "65535");
  await assertRejects(
    () => connect(freeAddress()),
    Deno.errors.ConnectionRefused,
  );
  await assertRejects(
    () => connect(freeAddress(), { signal: AbortSignal.abort() }),
    DOMException,
  );
});

test("connect() tries the next of several addresses when a server is not there, and says so", async () => {
  await using server = serve({ port: 0 });
  const missing = [freeAddress(), freeAddress()];
  const unavailable: [string, boolean][] = [];
  const options = {
    onUnavailable: (address: string, error: unknown) =>
      unavailable.push([
        address,
        error instanceof Deno.errors.ConnectionRefused,
      ]),
  };
  {
    using client = await connect([...missing, server.addr], options);
    assertEquals(client.address, formatAddress(server.addr));
  }
  const names = missing.map((address) => formatAddress(address));
  assertEquals(unavailable, names.map((name) => [name, true]));
  await assertRejects(
    () => connect(names, options),
    Deno.errors.ConnectionRefused,
  );
  assertEquals(unavailable.length, 3); // the last one's error is thrown
  await assertRejects(() => connect([names[0]!, "nowhere"]), TypeError);
  await assertRejects(() => connect([]), TypeError, "there is no address");
  await assertRejects(
    () => connect(names, { ...options, signal: AbortSignal.abort() }),
    DOMException,
  );
  assertEquals(unavailable.length, 3);
});

test("connect() talks TLS, and gives up a handshake when the signal aborts", async () => {
  const listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: CERT,
    key: KEY,
  });
  await using server = serve({ listener });
  const address = `tls://localhost:${server.addr.port}`;
  {
    using client = await connect(address, { caCerts: [CERT] });
    await client.send("hello");
    await client.closeWrite();
    assertEquals((await Array.fromAsync(client)).map(text), ["hello"]);
  }
  await assertRejects(() => connect(address), Deno.errors.InvalidData);
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { signal, abort } = (() => {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort() };
  })();
  const connecting = connect(`tls://localhost:${silent.addr.port}`, { signal });
  using _socket = await silent.accept();
  assert(await isPending(connecting));
  abort();
  await assertRejects(() => connecting, DOMException);
});

test({
  name: "connect() talks to a Unix socket",
  ignore: Deno.build.os === "windows",
  async fn() {
    const directory = await Deno.makeTempDir({ prefix: "zillions-" });
    const path = `${directory}/socket`;
    {
      const listener = Deno.listen({ transport: "unix", path });
      await using _server = serve({ listener });
      using client = await connect(`unix:${path}`);
      await client.send("hello");
      await client.closeWrite();
      assertEquals((await Array.fromAsync(client)).map(text), ["hello"]);
    }
    await Deno.remove(directory, { recursive: true });
    await assertRejects(() => connect("unix:"), TypeError, "no path");
  },
});

test("Client: the iteration may be left and taken up again", async () => {
  await using server = serve({ port: 0 });
  using client = await connect(server.addr);
  for (const word of ["one", "two", "three"]) await client.send(word);
  const heard = [];
  for (let n = 0; n < 3; n++) {
    for await (const body of client) {
      heard.push(text(body));
      break;
    }
  }
  assertEquals(heard, ["one", "two", "three"]);
});

test("Client: bodies are arrays of their own", async () => {
  await using server = serve({ port: 0 });
  using client = await connect(server.addr);
  for (let n = 0; n < 100; n++) await client.send(`${n}`);
  await client.closeWrite();
  const bodies = await Array.fromAsync(client);
  assertEquals(bodies.map(text), Array.from({ length: 100 }, (_, n) => `${n}`));
  assert(bodies.every((body) => body.buffer.byteLength === body.length));
});

test("Client.send() keeps the order of calls that are not awaited", async () => {
  await using server = serve({ port: 0 });
  using client = await connect(server.addr);
  const words = Array.from({ length: 5000 }, (_, n) => `${n} `.repeat(20));
  const sent = Promise.all(words.map((word) => client.send(word)));
  const heard: string[] = [];
  for await (const body of client) {
    heard.push(text(body));
    if (heard.length === words.length) break;
  }
  await sent;
  assertEquals(heard, words);
});

test("Client.send() goes out together when called together", async () => {
  await using server = serve({ port: 0 });
  using client = await connect(server.addr);
  const first = client.send("one");
  const second = client.send("two");
  const third = client.send("three");
  await first;
  await Promise.all([second, third]);
  await client.closeWrite();
  assertEquals((await Array.fromAsync(client)).map(text), [
    "one",
    "two",
    "three",
  ]);
});

test("Client.send() refuses a body over 255 bytes, and goes on", async () => {
  await using server = serve({ port: 0 });
  using client = await connect(server.addr);
  await assertRejects(
    () => client.send(new Uint8Array(256)),
    RangeError,
    "256 bytes",
  );
  await client.send("fine");
  await client.closeWrite();
  assertEquals((await Array.fromAsync(client)).map(text), ["fine"]);
});

test("Client.send() waits until the system takes the message", async () => {
  // A real socket would take some dozens of megabytes first.
  const { promise, resolve } = Promise.withResolvers<number>();
  const socket = { write: () => promise } as unknown as Deno.TcpConn;
  const client = new Client(socket, "127.0.0.1:1");
  const sends = [client.send("a"), client.send("b")];
  for (const send of sends) assert(await isPending(send));
  resolve("?a".length);
  await Promise.all(sends);
});

test("Client.closeWrite() sends what is still to be sent, and may be called twice", async () => {
  await using server = serve({ port: 0 });
  using client = await connect(server.addr);
  const sent = Promise.all(["a", "b", "c"].map((word) => client.send(word)));
  await client.closeWrite();
  await client.closeWrite();
  await sent;
  assertEquals((await Array.fromAsync(client)).map(text), ["a", "b", "c"]);
  await assertRejects(() => client.send("d"), Error, "sending side is closed");
});

test("Client.close() right after closeWrite() is the end of both", async () => {
  await using server = serve({ port: 0 });
  for (const word of [undefined, "unsent"]) {
    const client = await connect(server.addr);
    if (word !== undefined) client.send(word).catch(() => {});
    const ended = client.closeWrite(); // a rejection would fail this test
    client.close();
    await ended;
    assertEquals(await Array.fromAsync(client), []);
  }
});

test("Client.close() ends the iteration and may be called twice", async () => {
  await using server = serve({ port: 0 });
  const client = await connect(server.addr);
  const bodies = Array.fromAsync(client);
  client.close();
  client.close();
  await client.closeWrite();
  assertEquals(await bodies, []);
  await assertRejects(() => client.send("a"), Error, "sending side is closed");
});

test("Client: a connection that ends inside a frame is a TruncatedFrameError", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await connect(listener.addr);
  {
    using server = await listener.accept();
    await server.write(new Uint8Array([1, 97, 5, 1, 2]));
  }
  const heard: string[] = [];
  await assertRejects(
    async () => {
      for await (const body of client) heard.push(text(body));
    },
    TruncatedFrameError,
    "3 of its 6 bytes",
  );
  assertEquals(heard, ["a"]);
});
