import { assertEquals } from "@std/assert";
import { type HttpOptions, HttpServer } from "../../lib/http/http_server.ts";
import { listen } from "../../lib/server/listener.ts";
import type { Listener } from "../../lib/server/serve.ts";
import { eventually, inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";
import { type HttpAnswer, readAnswer } from "../support/web.ts";

/** A server that answers with the path, unless it throws. */
function open(
  options: Partial<HttpOptions> = {},
  listener: Listener<Deno.NetAddr> = listen({ port: 0 }),
) {
  const refused: string[] = [];
  const errors: unknown[] = [];
  const server = new HttpServer(listener, {
    answer: ({ path }) =>
      Promise.resolve({ status: 200, headers: {}, body: path }),
    onRefused: (reason) => refused.push(reason),
    onError: (error) => errors.push(error),
    ...options,
  });
  return {
    refused,
    errors,
    /** A connection, and its answer once all of that is sent. */
    async connect(...texts: string[]) {
      const { hostname, port } = listener.addr;
      const socket = await Deno.connect({ hostname, port });
      for (const text of texts) {
        await socket.write(new TextEncoder().encode(text));
      }
      return { socket, answer: (): Promise<HttpAnswer> => readAnswer(socket) };
    },
    async [Symbol.asyncDispose]() {
      server.close();
      await inTime(server.finished, "the server to end");
    },
  };
}

test("HttpServer: a head may arrive byte by byte", async () => {
  await using server = open();
  const { answer } = await server.connect(
    ..."GET /path HTTP/1.1\r\nHost: a\r\n\r\n",
  );
  assertEquals((await answer()).body, "/path");
});

test("HttpServer: a head is whole lines, 8 KiB at most", async () => {
  await using server = open();
  const line = "GET / HTTP/1.1\r\nA: ";
  for (const [length, status] of [[8192, 200], [8193, 431]] as const) {
    const text = line.padEnd(length - 4, "a") + "\r\n\r\n";
    const { answer } = await server.connect(text);
    assertEquals((await answer()).status, status);
  }
  const { socket, answer } = await server.connect("GET / HT");
  await socket.closeWrite();
  assertEquals((await answer()).status, 400);
  assertEquals(server.refused, ["head", "malformed"]);
});

test("HttpServer: a head that takes too long is refused", async () => {
  await using server = open({ headTimeout: 1 });
  const { answer } = await server.connect("GET / HTTP/1.1\r\n");
  assertEquals((await answer()).status, 408);
  assertEquals(server.refused, ["timeout"]);
});

test("HttpServer: when too many wait, the oldest is closed", async () => {
  await using server = open({ maxSockets: 2 });
  const waiting = [];
  for (let n = 0; n < 3; n++) waiting.push(await server.connect("GET /"));
  await eventually(
    "one too many",
    () => server.refused,
    (all) => all.length === 1,
  );
  assertEquals(server.refused, ["sockets"]);
  const [oldest, second] = waiting;
  const read = await inTime(oldest!.socket.read(new Uint8Array(1)));
  assertEquals(read, null);
  await second!.socket.write(new TextEncoder().encode(" HTTP/1.1\r\n\r\n"));
  assertEquals((await second!.answer()).status, 200);
  for (const { socket } of [oldest!, waiting[2]!]) socket[Symbol.dispose]();
});

test("HttpServer: a client that leaves says nothing of the next, nor does one that fails", async () => {
  let failing = true;
  await using server = open({
    answer: ({ path }) =>
      failing
        ? Promise.reject(new Error("a bug"))
        : Promise.resolve({ status: 200, headers: {}, body: path }),
  });
  (await server.connect()).socket.close();
  const text = "GET / HTTP/1.1\r\n\r\n";
  const { socket } = await server.connect(text);
  assertEquals(await inTime(socket.read(new Uint8Array(1))), null);
  socket.close();
  assertEquals(`${server.errors}`, "Error: a bug");
  failing = false;
  const { answer } = await server.connect(text);
  assertEquals((await answer()).status, 200);
  assertEquals(server.refused, []);
});

test("HttpServer: an onError that fails, at once or later, costs nobody anything", async () => {
  const failures = [
    () => {
      throw new Error("no");
    },
    () => Promise.reject(new Error("no")),
  ];
  for (const onError of failures) {
    await using server = open({
      onError,
      answer: ({ path }) =>
        path === "/bad"
          ? Promise.reject(new Error("bad"))
          : Promise.resolve({ status: 200, headers: {}, body: path }),
    });
    const bad = await server.connect("GET /bad HTTP/1.1\r\nHost: a\r\n\r\n");
    assertEquals(await bad.socket.read(new Uint8Array(1)), null);
    bad.socket.close();
    const { answer } = await server.connect(
      "GET /good HTTP/1.1\r\nHost: a\r\n\r\n",
    );
    assertEquals((await answer()).body, "/good");
  }
});

test("HttpServer: when descriptors have run out, it goes on by itself", async () => {
  const real = listen({ port: 0 });
  let failures = 3;
  await using server = open({}, {
    addr: real.addr,
    accept: () =>
      failures-- > 0
        ? Promise.reject(Object.assign(new Error("full"), { code: "EMFILE" }))
        : real.accept(),
    [Symbol.dispose]: () => real[Symbol.dispose](),
  });
  const { answer } = await server.connect("GET /a HTTP/1.1\r\n\r\n");
  assertEquals((await answer()).body, "/a");
  assertEquals(
    `${server.errors}`,
    "Error: Cannot accept clients for now: full",
  );
});

test("HttpServer: one answer for each connection, whatever follows the head", async () => {
  await using server = open();
  const first = "GET /first HTTP/1.1\r\nHost: a\r\n";
  const second = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n";
  for (
    const text of [
      `${first}\r\n${second}`, // pipelined
      `${first}Content-Length: 5\r\n\r\nhello${second}`,
      `${first}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${second}`,
      `${first}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n${second}`,
      `${first}Content-Length: 99999999999999999999\r\n\r\n`,
      `${first}Expect: 100-continue\r\n\r\n`,
      `${first}Connection: keep-alive\r\n\r\n${second.repeat(100)}`,
    ]
  ) {
    const { answer } = await server.connect(text);
    const { status, headers, body } = await answer();
    assertEquals([status, body], [200, "/first"], JSON.stringify(text));
    assertEquals(headers.get("connection"), "close");
  }
});

test("HttpServer: a client that never reads its answer is gone in time", async () => {
  const real = listen({ port: 0 });
  const closed = Promise.withResolvers<void>();
  await using server = open({
    answerTimeout: 20,
    answer: () =>
      Promise.resolve({
        status: 200,
        headers: {},
        body: "a".repeat(16 * 1024 ** 2), // more than the system's buffers hold
      }),
  }, {
    addr: real.addr,
    async accept() {
      const socket = await real.accept();
      const dispose = socket[Symbol.dispose].bind(socket);
      socket[Symbol.dispose] = () => {
        dispose();
        closed.resolve();
      };
      return socket;
    },
    [Symbol.dispose]: () => real[Symbol.dispose](),
  });
  const { socket } = await server.connect("GET / HTTP/1.1\r\n\r\n");
  await inTime(closed.promise, "the connection to be closed");
  socket[Symbol.dispose]();
  assertEquals(server.errors, []);
});
