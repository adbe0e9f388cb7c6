import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { RateLimit } from "../../lib/server/rate_limit.ts";
import { bodies, encode, leadingRun } from "../../lib/wire/frame.ts";
import type { Run } from "../../lib/wire/run.ts";
import { isPending } from "../support/jitter.ts";
import { Peer } from "../support/peer.ts";
import { start, until } from "../support/server.ts";
import { FakeListener, FakeSocket } from "../support/socket.ts";
import { serve } from "../../lib/server/serve.ts";
import { test } from "../support/test.ts";

/** Runs of so many messages, which are numbered through all of them. */
async function* runsOf(...counts: number[]): AsyncGenerator<Run, void, void> {
  let number = 0;
  for (const count of counts) {
    const frames = Array.from({ length: count }, () => encode(`${number++}`));
    yield leadingRun(concat(frames));
  }
}

const text = (run: Run) =>
  [...bodies(run.bytes)].map((body) => new TextDecoder().decode(body)).join();

test("RateLimit.apply() gives so many messages in a second, whole and in order", async () => {
  const limit = new RateLimit(3);
  const runs = limit.apply(runsOf(2, 5, 1, 1));
  const next = async () => {
    const { value } = await runs.next();
    assertEquals([...bodies(value!.bytes)].length, value!.count);
    return text(value!);
  };
  assertEquals([await next(), await next()], ["0,1", "2"]);
  const waiting = next();
  assert(await isPending(waiting));
  limit.nextSecond();
  assertEquals([await waiting, limit.waits], ["3,4,5", 1]);
  limit.nextSecond(); // a second begins anew, however little was left of the last
  assertEquals([await next(), await next(), await next()], ["6", "7", "8"]);
  assertEquals((await runs.next()).done, true);
  assertEquals(limit.waits, 1);

  const more = limit.apply(runsOf(8));
  assertEquals(text((await more.next()).value!), "0,1,2");
  for (const part of ["3,4,5", "6,7"]) { // each second has its limit
    const rest = more.next();
    assert(await isPending(rest));
    limit.nextSecond();
    assertEquals(text((await rest).value!), part);
  }

  const others = limit.apply(runsOf(9));
  assertEquals(text((await others.next()).value!), "0,1,2");
  const rest = others.next();
  assert(await isPending(rest));
  limit.end(); // the server reads no more
  assertEquals(text((await rest).value!), "3,4,5,6,7,8");
});

test("serve({ maxRate }) publishes so many messages of each client in a second, and loses none", async () => {
  const listener = new FakeListener();
  await using server = serve({ listener, maxRate: 100 });
  const sockets = [new FakeSocket(), new FakeSocket()];
  for (const socket of sockets) listener.connect(socket);
  await until(server, (server) => server.stats().clients === 2);
  const frames = Array.from({ length: 150 }, () => encode("a"));
  sockets[0]!.arrive(concat(frames));
  sockets[0]!.arrive(encode("b"));
  await until(server, (server) => server.stats().rateLimited === 1);
  assertEquals(server.stats().messagesIn, 100);
  assertEquals(sockets[0]!.reads, 1); // it is not read meanwhile
  sockets[1]!.arrive(concat(frames.slice(0, 50))); // another's are its own
  await until(server, (server) => server.stats().messagesIn >= 150);
  await until(server, (server) => server.stats().messagesIn === 201);
  for (const socket of sockets) socket.arrive(null);
  await until(server, (server) => server.stats().messagesOut === 2 * 201);
  assertEquals(server.stats().rateLimited, 1);
});

test("serve({ maxRate }) ends at once, while clients wait for the next second", async () => {
  const server = start({ maxRate: 1 });
  using peer = await Peer.connect(server.addr);
  await peer.say("a", "b", "c");
  assertEquals(await peer.hear(), "a");
  await until(server, (server) => server.stats().rateLimited > 0);
  const ended = server.shutdown();
  await peer.hearAll();
  await peer.hangUp();
  await ended;
  assertEquals(server.stats().disconnected.drained, 1);
});
