import { assertEquals } from "@std/assert";
import { type HttpOptions, HttpServer } from "../../lib/http/http_server.ts";
import { listen } from "../../lib/server/listener.ts";
import { eventually, inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";
import { type HttpAnswer, readAnswer } from "../support/web.ts";

/** A server that answers with the path, unless it throws. */
function open(options: Partial<HttpOptions> = {}) {
  const refused: string[] = [];
  const errors: unknown[] = [];
  const listener = listen({ port: 0 });
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
