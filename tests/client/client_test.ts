import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { TruncatedFrameError } from "../../lib/wire/framer.ts";
import { serve } from "../../lib/server/serve.ts";
import { inTime } from "../support/eventually.ts";
import { isPending } from "../support/jitter.ts";
import { test } from "../support/test.ts";

const text = (body: Uint8Array) => new TextDecoder().decode(body);

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
    using server = await inTime(listener.accept(), "a client");
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
