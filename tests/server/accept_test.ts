import { assert, assertEquals } from "@std/assert";
import { accepted } from "../../lib/server/accept.ts";
import { inTime } from "../support/eventually.ts";
import { isPending } from "../support/jitter.ts";
import { Resetter } from "../support/peer.ts";
import { WaitlessClock } from "../support/waitless_clock.ts";
import { test } from "../support/test.ts";

const CONN = {} as Deno.Conn;

function emfile(): Error {
  return Object.assign(new Error("Too many open files (os error 24)"), {
    code: "EMFILE",
  });
}

/** A listener that does these things one after another, then is closed. */
function listener(...outcomes: (Error | Deno.Conn)[]) {
  return {
    accept(): Promise<Deno.Conn> {
      const next = outcomes.shift() ??
        new Deno.errors.BadResource("Listener has been closed");
      return next instanceof Error
        ? Promise.reject(next)
        : Promise.resolve(next);
    },
  };
}

async function count(connections: AsyncIterable<Deno.Conn>): Promise<number> {
  return (await Array.fromAsync(connections)).length;
}

test("accepted() outlives peers that reset before they are accepted", async () => {
  using real = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (let n = 0; n < 3; n++) {
    await (await Resetter.connect(real.addr)).reset();
  }
  using client = await Deno.connect({ port: real.addr.port });
  const errors: Error[] = [];
  const signal = new AbortController().signal;
  const connections = accepted(real, {
    signal,
    onFailure: (error) => errors.push(error),
  });
  const { value } = await connections.next();
  using accepted_ = value as Deno.TcpConn;
  assertEquals(
    (accepted_.remoteAddr as Deno.NetAddr).port,
    (client.localAddr as Deno.NetAddr).port,
  );
  assertEquals(errors, []);
});

test("accepted() ends, cleanly, when the listener is closed", async () => {
  const real = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const signal = new AbortController().signal;
  const all = count(accepted(real, { signal, onFailure: () => {} }));
  real.close();
  assertEquals(await all, 0);
});

test("accepted() pauses, longer each time, when descriptors run out", async () => {
  const { signal } = new AbortController();
  const clock = new WaitlessClock();
  const failures = Array.from({ length: 10 }, emfile);
  const connections = accepted(
    listener(...failures, CONN, CONN, emfile(), emfile(), CONN),
    { signal, onFailure: () => {}, clock },
  );
  assertEquals(await count(connections), 3);
  assertEquals(
    clock.waits,
    [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000, 5, 10],
  );
});

test("accepted() tells each failure, and which is the first of an episode", async () => {
  const errors: Error[] = [];
  let failures = 0;
  const { signal } = new AbortController();
  const clock = new WaitlessClock();
  const connections = accepted(
    listener(emfile(), emfile(), CONN, emfile(), CONN, emfile(), emfile()),
    {
      signal,
      clock,
      onFailure: (error, first) => {
        failures++;
        if (first) errors.push(error);
      },
    },
  );
  await connections.next();
  clock.time += 10_000;
  await connections.next();
  assertEquals(errors.length, 1);
  clock.time += 10_001;
  await connections.next();
  assertEquals([errors.length, failures], [2, 5]);
  assert(errors[0]!.message.includes("Too many open files"));
  assertEquals((errors[0]!.cause as { code?: string }).code, "EMFILE");
});

test("accepted() does not pause for a peer's own failure", async () => {
  const { signal } = new AbortController();
  const clock = new WaitlessClock();
  const connections = accepted(
    listener(
      new Deno.errors.NotConnected("left"),
      new Deno.errors.ConnectionAborted("left"),
      new Deno.errors.ConnectionReset("left"),
      CONN,
    ),
    { signal, onFailure: () => {}, clock },
  );
  assertEquals(await count(connections), 1);
  assertEquals(clock.waits, []);
});

test("accepted() leaves a pause when the signal aborts", async () => {
  const stop = new AbortController();
  const paused = Promise.withResolvers<void>();
  const clock = new WaitlessClock();
  // Only the signal ends this pause.
  clock.delay = (_, options) => {
    const { signal } = options!;
    paused.resolve();
    const { promise, reject } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => reject(signal.reason));
    return promise;
  };
  const counting = count(
    accepted(listener(emfile(), CONN), {
      signal: stop.signal,
      onFailure() {},
      clock,
    }),
  );
  await inTime(paused.promise, "the pause");
  assert(await isPending(counting));
  stop.abort();
  assertEquals(await inTime(counting, "the end of the pause"), 0);
});

test("accepted() takes any failure for the end when the signal has aborted", async () => {
  const stop = new AbortController();
  const closed = {
    accept(): Promise<Deno.Conn> {
      stop.abort();
      return Promise.reject(new Error("closed, in words of its own"));
    },
  };
  const onFailure = (error: Error) => {
    throw error;
  };
  const connections = accepted(closed, { signal: stop.signal, onFailure });
  assertEquals(await count(connections), 0);
});
