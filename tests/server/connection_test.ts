import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { SERVER_CLOCK } from "../../lib/server/clock.ts";
import {
  Connection,
  type ConnectionOptions,
} from "../../lib/server/connection.ts";
import { DelayHistogram } from "../../lib/server/delay_histogram.ts";
import type { Publisher } from "../../lib/server/publisher.ts";
import { RateLimit } from "../../lib/server/rate_limit.ts";
import type { DisconnectReason } from "../../lib/server/stats.ts";
import type { Notice } from "../../lib/server/transport.ts";
import {
  CloseCode,
  WebSocketError,
} from "../../lib/wire/websocket/close_code.ts";
import { encode } from "../../lib/wire/frame.ts";
import { Hub, MIN_CAPACITY } from "../../lib/hub/hub.ts";
import { FakeClock } from "../support/clock.ts";
import { eventually, inTime } from "../support/eventually.ts";
import { isPending, macrotask } from "../support/jitter.ts";
import { FakeSocket } from "../support/socket.ts";
import { test } from "../support/test.ts";
import { WaitlessClock } from "../support/waitless_clock.ts";

function open(
  publish?: Publisher["publish"],
  flush?: () => Promise<void>,
  { socket = new FakeSocket(), hub = new Hub(), ...more }:
    & Partial<ConnectionOptions>
    & { socket?: FakeSocket; hub?: Hub } = {},
) {
  const errors: unknown[] = [];
  const traffic = { messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0 };
  const connection = new Connection(socket, hub.subscribe(), {
    publisher: {
      publish: publish ?? (({ bytes, count }) => hub.broadcast(bytes, count)),
      ...flush && { flush },
    },
    traffic,
    clock: SERVER_CLOCK,
    onLag() {},
    onFinished() {},
    onError: (error) => errors.push(error),
    ...more,
  }, 7);
  return { socket, hub, errors, traffic, connection };
}

/** How it ended. */
function ended({ finished }: Connection): Promise<DisconnectReason> {
  return inTime(finished, "the connection to end");
}

test("Connection: what is read is published, what is broadcast is written", async () => {
  const { socket, hub, connection, traffic } = open();
  socket.arrive(concat([encode("a"), encode("b")]));
  await macrotask();
  hub.broadcast(encode("c"));
  await macrotask();
  assertEquals(socket.written, [1, 97, 1, 98, 1, 99]);
  const passed = { messagesIn: 2, bytesIn: 4, messagesOut: 3, bytesOut: 6 };
  assertEquals(traffic, passed);
  const { messagesIn, bytesIn, messagesOut, bytesOut } = connection;
  assertEquals({ messagesIn, bytesIn, messagesOut, bytesOut }, passed);
  socket.arrive(null);
  assertEquals(await ended(connection), "ended");
  assert(socket.closed && !socket.writeClosed); // both sides have said all
});

test("Connection: partial writes are completed, one write at a time", async () => {
  const { socket, hub, connection } = open();
  socket.takes = [1, 2, 1, 3, 1];
  const sent = ["alpha", "beta", "gamma", "delta"].map((text) => encode(text));
  for (const frame of sent) {
    hub.broadcast(frame);
    await macrotask();
  }
  assertEquals(new Uint8Array(socket.written), concat(sent));
  assertEquals(socket.mostWrites, 1);
  connection.close("aborted");
  await ended(connection);
});

test("Connection: nothing is read before publish has settled", async () => {
  const published = Promise.withResolvers<void>();
  const { socket, connection } = open(() => published.promise);
  socket.arrive(encode("a"));
  await macrotask();
  assertEquals(socket.reads, 1);
  published.resolve();
  await macrotask();
  assertEquals(socket.reads, 2);
  connection.close("aborted");
  assertEquals(await ended(connection), "aborted");
});

test("Connection: a publish that throws ends this connection, and is told", async () => {
  // The second looks like this client's own reset, but is the engine's.
  for (
    const error of [
      new Error("no engine"),
      new Deno.errors.ConnectionReset("engine"),
    ]
  ) {
    const { socket, connection, errors } = open(() => Promise.reject(error));
    socket.arrive(encode("a"));
    assertEquals(await ended(connection), "failed");
    assertEquals(errors, [error]);
    assert(socket.closed);
  }
});

test("Connection: a publish that never settles does not keep it alive", async () => {
  const { socket, connection } = open(() => new Promise(() => {}));
  socket.arrive(encode("a"));
  await macrotask();
  connection.close("aborted");
  assertEquals(await ended(connection), "aborted");
});

test("Connection.finished waits for a read that does not end at once, and tells its owner", async () => {
  const ends: unknown[] = [];
  const { socket, connection } = open(undefined, undefined, {
    socket: Object.assign(new FakeSocket(), { close() {} }),
    onFinished: (...end) => ends.push(end),
  });
  connection.close("aborted");
  assert(await isPending(connection.finished));
  assertEquals(ends, []);
  socket.arrive(null);
  assertEquals(await ended(connection), "aborted");
  assertEquals(ends, [[connection, "aborted"]]);
});

test("Connection: a failed read ends the write loop", async () => {
  const { socket, connection, errors } = open();
  socket.arrive(new Deno.errors.ConnectionReset("reset"));
  assertEquals(await ended(connection), "reset");
  assert(connection.channel.closed);
  assertEquals(errors, []);
});

test("Connection: a failed write ends the read loop", async () => {
  const { socket, hub, connection, errors } = open();
  socket.write = () => Promise.reject(new Deno.errors.BrokenPipe("gone"));
  hub.broadcast(encode("a"));
  assertEquals(await ended(connection), "reset");
  assert(socket.closed);
  assertEquals(errors, []);
});

test("Connection: an error nobody expects is told, and ends only this connection", async () => {
  for (const fails of ["read", "write"] as const) {
    const { socket, hub, connection, errors } = open();
    if (fails === "read") socket.arrive(new TypeError("a bug"));
    else socket.write = () => Promise.reject(new TypeError("a bug"));
    hub.broadcast(encode("a"));
    await ended(connection);
    assertEquals(errors.map(String), ["TypeError: a bug"]);
    assert(socket.closed);
  }
});

test("Connection: the network failing on the way is the peer gone", async () => {
  const { socket, connection, errors } = open();
  const error = Object.assign(new Error("no route"), { code: "EHOSTUNREACH" });
  socket.arrive(error);
  assertEquals(await ended(connection), "reset");
  assertEquals(errors, []);
});

test("Connection: an end inside a frame is truncated, and what waits is still sent", async () => {
  const { socket, hub, connection } = open();
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  hub.broadcast(encode("b"));
  socket.arrive(concat([encode("c"), new Uint8Array([9, 1])]));
  socket.arrive(null);
  assert(await isPending(connection.finished));
  hub.broadcast(encode("too late"));
  socket.unstick();
  assertEquals(await ended(connection), "truncated");
  assertEquals(
    new TextDecoder().decode(new Uint8Array(socket.written)),
    "\x01a\x01b\x01c",
  );
});

test("Connection.drain() sends what waits, ends its side, waits for the client's end", async () => {
  const { socket, hub, connection } = open();
  hub.broadcast(encode("a"));
  connection.drain();
  hub.broadcast(encode("too late"));
  await macrotask();
  assertEquals(socket.written, [1, 97]);
  assert(socket.writeClosed);
  assert(!socket.closed);
  socket.arrive(null);
  assertEquals(await ended(connection), "drained");
  assert(socket.closed);
});

test("Connection.close() when the time to drain is over: a client that got everything is drained", async () => {
  const { socket, hub, connection } = open();
  hub.broadcast(encode("a"));
  connection.drain();
  await macrotask();
  assert(socket.writeClosed);
  connection.close("aborted");
  assertEquals(await ended(connection), "drained");
});

test("Connection: of a run that is broken off, the messages that the system took count as sent", async () => {
  for (const [takes, messages, bytes] of [[1, 0, 0], [2, 1, 2], [7, 2, 5]]) {
    const { socket, hub, connection, traffic } = open();
    socket.takes = [takes!];
    const write = socket.write.bind(socket);
    socket.write = (bytes) => {
      if (socket.takes.length === 0) socket.stuck = true;
      return write(bytes);
    };
    hub.broadcast(concat(["a", "bc", "def"].map((text) => encode(text))), 3);
    await macrotask();
    connection.close("aborted");
    assertEquals(await ended(connection), "aborted");
    assertEquals([traffic.messagesOut, traffic.bytesOut], [messages, bytes]);
  }
});

test("Connection.drain() publishes nothing more", async () => {
  const { socket, hub, connection } = open();
  connection.drain();
  socket.arrive(encode("a"));
  socket.arrive(null);
  await ended(connection);
  assertEquals(hub.broadcasts, 0);
});

test("Connection.drain() waits a second for the client's end", async () => {
  const clock = new WaitlessClock();
  const { socket, connection, errors } = open(undefined, undefined, { clock });
  connection.drain();
  await macrotask();
  assertEquals(clock.waits, [1000]);
  assertEquals(await ended(connection), "drained");
  assert(socket.closed);
  assertEquals(errors, []);
});

test("Connection.drain() survives a failure to end its side", async () => {
  for (
    const error of [new Deno.errors.BrokenPipe("gone"), new TypeError("a bug")]
  ) {
    const { socket, connection, errors } = open();
    socket.closeWrite = () => Promise.reject(error);
    connection.drain();
    assertEquals(await ended(connection), "drained");
    assertEquals(errors, error instanceof TypeError ? [error] : []);
  }
});

test("Connection.close() keeps the first reason and may be called twice", async () => {
  const { socket, connection } = open();
  connection.close("stalled");
  connection.close("aborted");
  assertEquals(await ended(connection), "stalled");
  assert(!socket.writeClosed); // nothing gentle
});

test("Connection.checkStall() closes a client that does not move while data waits", async () => {
  const { socket, hub, connection } = open();
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  for (let n = 0; n < 4; n++) connection.checkStall(4); // the first sees it stuck
  assert(!socket.closed);
  connection.checkStall(4);
  assertEquals(await ended(connection), "stalled");
});

test("Connection.checkStall() spares a client that sends", async () => {
  const { socket, hub, connection } = open();
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  for (let n = 0; n < 20; n++) {
    connection.checkStall(4);
    if (n % 3 > 0) continue;
    socket.arrive(encode("b"));
    await macrotask();
  }
  assert(!socket.closed);
  connection.close("aborted");
  await ended(connection);
});

test("Connection.checkStall() begins to count anew when a run was read", async () => {
  const { socket, hub, connection } = open();
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  for (let n = 0; n < 4; n++) connection.checkStall(4);
  socket.arrive(encode("b"));
  await macrotask();
  for (let n = 0; n < 4; n++) connection.checkStall(4);
  assert(!socket.closed);
  connection.checkStall(4);
  assertEquals(await ended(connection), "stalled");
});

test("Connection.checkStall() spares a client for which nothing waits", async () => {
  const { socket, hub, connection } = open();
  for (let n = 0; n < 20; n++) connection.checkStall(4);
  hub.broadcast(encode("a")); // it takes this
  await macrotask();
  for (let n = 0; n < 20; n++) connection.checkStall(4);
  assert(!socket.closed);
  connection.close("aborted");
  await ended(connection);
});

test("Connection: a client that ends its sending side hears what it sent, however late that is broadcast", async () => {
  const flushed = Promise.withResolvers<void>();
  const runs: Uint8Array[] = [];
  const { socket, hub, connection } = open(
    ({ bytes }) => void runs.push(bytes.slice()),
    () => flushed.promise,
  );
  socket.arrive(encode("mine"));
  socket.arrive(null);
  assert(await isPending(connection.finished));
  assert(!connection.channel.closed);
  hub.broadcast(runs[0]!);
  flushed.resolve();
  assertEquals(await ended(connection), "ended");
  assertEquals(new Uint8Array(socket.written), encode("mine"));
});

test("Connection: a flush that never settles does not keep a connection alive that breaks or is closed", async () => {
  for (const reason of ["aborted", "reset"] as const) {
    const { socket, hub, connection } = open(
      () => {},
      () => new Promise(() => {}),
    );
    socket.arrive(null);
    await macrotask();
    if (reason === "aborted") connection.close("aborted");
    else {
      socket.write = () => Promise.reject(new Deno.errors.BrokenPipe("gone"));
      hub.broadcast(encode("a"));
    }
    assertEquals(await ended(connection), reason);
    assert(socket.closed);
  }
});

test("Connection: a flush that fails ends the connection as a publish does", async () => {
  const error = new Error("no engine");
  const { socket, connection, errors } = open(
    () => {},
    () => Promise.reject(error),
  );
  socket.arrive(null);
  assertEquals(await ended(connection), "failed");
  assertEquals(errors, [error]);
});

test("Connection.checkStall() counts each byte that a client takes as progress", async () => {
  const { socket, hub, connection } = open();
  socket.takes = Array(20).fill(1);
  const writes: PromiseWithResolvers<void>[] = [];
  const write = socket.write.bind(socket);
  socket.write = async (bytes) => {
    const gate = Promise.withResolvers<void>();
    writes.push(gate);
    await gate.promise;
    return await write(bytes);
  };
  hub.broadcast(encode("a long message"));
  await macrotask();
  // A byte, the first of them included, in every second check.
  for (let n = 0; n < 12; n++) {
    connection.checkStall(2);
    connection.checkStall(2);
    assert(!socket.closed, `after ${n} bytes`);
    writes.at(-1)!.resolve();
    await macrotask();
  }
  for (let n = 0; n < 3; n++) connection.checkStall(2);
  assert(socket.closed);
  writes.at(-1)!.resolve();
  assertEquals(await ended(connection), "stalled");
});

test("Connection: messages count as sent when the system has taken them whole", async () => {
  const { socket, hub, connection, traffic } = open();
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  assertEquals(traffic.messagesOut, 0);
  connection.close("aborted");
  await ended(connection);
  assertEquals([traffic.messagesOut, traffic.bytesOut], [0, 0]);
});

test("Connection: a write that fails at once adds nothing to what was sent before", async () => {
  const { socket, hub, connection, traffic } = open();
  hub.broadcast(encode("a"));
  await macrotask();
  socket.write = () => Promise.reject(new Deno.errors.BrokenPipe("gone"));
  hub.broadcast(encode("b"));
  assertEquals(await ended(connection), "reset");
  assertEquals([traffic.messagesOut, traffic.bytesOut], [1, 2]);
});

test("Connection: a client that sends more than the rate limit waits for the next second", async () => {
  const rateLimit = new RateLimit(1);
  const { socket, connection, traffic } = open(undefined, undefined, {
    rateLimit,
  });
  socket.arrive(concat([encode("a"), encode("b")]));
  await macrotask();
  assertEquals(traffic.messagesIn, 1);
  rateLimit.nextSecond();
  await macrotask();
  assertEquals(traffic.messagesIn, 2);
  connection.close("aborted");
  await ended(connection);
});

test("Connection: a client that is drained is let go when it ends its side, whatever the publisher does", async () => {
  let flushes = 0;
  const { socket, connection } = open(() => {}, () => {
    flushes++;
    return Promise.resolve();
  });
  connection.drain();
  socket.arrive(null);
  assertEquals(await ended(connection), "drained");
  assertEquals(flushes, 0);
});

test("Connection: a run that was written in parts is counted once", async () => {
  const { socket, hub, connection, traffic } = open();
  socket.takes = [2];
  hub.broadcast(concat([encode("a"), encode("b")]), 2);
  await macrotask();
  assertEquals(traffic.messagesOut, 2);
  socket.stuck = true;
  hub.broadcast(encode("d"));
  await macrotask();
  connection.close("aborted");
  await ended(connection);
  assertEquals([traffic.messagesOut, traffic.bytesOut], [2, 4]);
});

test("Connection releases a run when it is written", async () => {
  const { socket, hub, connection } = open();
  let releases = 0;
  const { channel } = connection;
  const release = channel.release.bind(channel);
  channel.release = () => {
    releases++;
    release();
  };
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  assertEquals(releases, 0);
  socket.unstick();
  await macrotask();
  assertEquals(releases, 1);
  connection.close("aborted");
  await ended(connection);
});

/**
 * A transport that can tell its client what it lost, and a hub that holds 4 KiB. Each
 * message has its number, which a write must begin with.
 */
function openNotified() {
  const told: (Notice | string)[] = [];
  let [number, position] = [0, 0];
  const socket = Object.assign(new FakeSocket(), {
    notify(notice: Notice) {
      told.push(notice);
      if ("dropped" in notice) position += notice.dropped;
    },
  });
  const write = socket.write.bind(socket);
  socket.write = (bytes) => {
    told.push("write");
    assertEquals(
      new DataView(bytes.buffer, bytes.byteOffset).getUint32(1),
      position,
    );
    position += bytes.length / 256;
    return write(bytes);
  };
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const opened = open(undefined, undefined, { socket, hub });
  /** Broadcasts more than the hub can hold. */
  const flood = () => {
    for (let n = 0; n < 100; n++) {
      const message = new Uint8Array(256).fill(255);
      new DataView(message.buffer).setUint32(1, number++);
      hub.broadcast(message);
    }
  };
  return { ...opened, told, flood };
}

test("Connection tells a client what it lost before the message that is next", async () => {
  const { socket, connection, told, flood } = openNotified();
  socket.stuck = true;
  flood();
  await macrotask();
  const { dropped } = connection; // by now: the first write has begun
  flood();
  socket.unstick();
  await eventually(
    "all to be written",
    () => connection.lag,
    (lag) => lag === 0,
  );
  const notices = told.filter((what) => what !== "write") as {
    dropped: number;
  }[];
  const sum = notices.reduce((sum, { dropped }) => sum + dropped, 0);
  assertEquals(sum, connection.dropped);
  assert(notices.every(({ dropped }) => dropped > 0));
  assert(sum > dropped);
  assertEquals(told.at(-1), "write");
  connection.close("aborted");
  await ended(connection);
  assertEquals(told.at(-1), "write");
});

test("Connection tells a client that it lost one message", async () => {
  const told: Notice[] = [];
  const socket = Object.assign(new FakeSocket(), {
    notify: (notice: Notice) => told.push(notice),
  });
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const { connection } = open(undefined, undefined, { socket, hub });
  socket.stuck = true;
  const message = new Uint8Array(MIN_CAPACITY / 8); // a chunk of the log
  for (let n = 0; n < 20 && connection.dropped === 0; n++) {
    hub.broadcast(message);
    await macrotask();
  }
  socket.unstick();
  await eventually(
    "all to be written",
    () => connection.lag,
    (lag) => lag === 0,
  );
  assertEquals(told, [{ dropped: 1 }]);
  connection.close("aborted");
  await ended(connection);
});

test("Connection tells a client at its end what it lost since the last message, unless it was closed", async () => {
  for (const closes of [false, true]) {
    const { socket, connection, told, flood } = openNotified();
    socket.stuck = true;
    flood();
    await macrotask();
    flood(); // what it would get, if the next flood did not come
    socket.arrive(null);
    await macrotask();
    flood();
    const before = told.length;
    if (closes) connection.close("aborted");
    socket.unstick();
    await ended(connection);
    const { dropped, messagesOut } = connection;
    assertEquals(messagesOut + dropped, closes ? dropped : 200);
    assertEquals(told.slice(before), closes ? [] : [{ dropped }]);
  }
});

test("Connection.stopReading() publishes nothing more, and goes on sending", async () => {
  const { socket, hub, connection } = open();
  connection.stopReading();
  socket.arrive(encode("too late"));
  await macrotask();
  hub.broadcast(encode("a"));
  await macrotask();
  assertEquals(new Uint8Array(socket.written), encode("a"));
  connection.close("aborted");
  await ended(connection);
});

test("Connection.disconnect() ends it at once, as removed", async () => {
  const { socket, connection } = open();
  connection.disconnect();
  assert(socket.closed);
  connection.disconnect();
  assertEquals(await ended(connection), "removed");
});

test("Connection: what was marked before a client came is not its delay", async () => {
  const clock = new FakeClock();
  const hub = new Hub({}, clock);
  const delays = new DelayHistogram(hub, () => clock.now());
  clock.pass(1000);
  hub.broadcast(encode("marked"));
  const { connection } = open(undefined, undefined, {
    hub,
    delays: () => delays,
  });
  hub.broadcast(encode("not marked, so soon"));
  await macrotask();
  assertEquals([connection.messagesOut, delays.count], [1, 0]);
  clock.pass(1000);
  hub.broadcast(encode("marked"));
  await macrotask();
  assertEquals([connection.messagesOut, delays.count], [2, 1]);
  connection.close("aborted");
  await ended(connection);
});

test("Connection: delays are observed from the moment that somebody asks for them", async () => {
  const clock = new FakeClock();
  const hub = new Hub({}, clock);
  const measured: { delays?: DelayHistogram } = {};
  const { connection } = open(undefined, undefined, {
    hub,
    delays: () => measured.delays,
  });
  const broadcast = async () => {
    clock.pass(1000);
    hub.broadcast(encode("a"));
    await macrotask();
  };
  await broadcast();
  const delays = new DelayHistogram(hub, () => clock.now());
  measured.delays = delays;
  await broadcast();
  await broadcast();
  assertEquals(delays.count, 2);
  connection.close("aborted");
  await ended(connection);
});

test("Connection.state is open, lagging, or ending", async () => {
  {
    const { connection } = open();
    assertEquals(connection.state, "open");
    connection.lagState.check();
    assertEquals(connection.state, "open");
    connection.drain();
    assertEquals(connection.state, "ending");
    connection.close("aborted");
    await ended(connection);
  }
  const flushed = Promise.withResolvers<void>();
  const { socket, connection } = open(() => {}, () => flushed.promise);
  socket.arrive(null); // its sending side has ended; its last message is on its way
  await macrotask();
  assert(!connection.channel.closed);
  assertEquals(connection.state, "ending");
  flushed.resolve();
  await ended(connection);
});

test("Connection tells which client lags, and that it has caught up", async () => {
  const changes: unknown[] = [];
  const { socket, hub, connection } = open(undefined, undefined, {
    hub: new Hub({ capacity: 4096 }),
    onLag: ({ client }, ...change) => changes.push([client, ...change]),
  });
  socket.stuck = true;
  const bytes = new Uint8Array(hub.capacity / 4);
  for (let n = 0; n < 8; n++) {
    hub.broadcast(bytes, bytes.length);
    await macrotask();
  }
  connection.lagState.check();
  assertEquals(connection.state, "lagging");
  const { dropped } = connection;
  socket.unstick();
  await eventually(
    "the end of the lag",
    () => connection.state,
    (state) => state === "open",
  );
  assertEquals(changes, [[7, "lagging", dropped], [7, "caughtUp", dropped]]);
  connection.close("aborted");
  await ended(connection);
});

test("Connection.protocol is what the transport says, or the kind of its address", async () => {
  const named = Object.assign(new FakeSocket(), { protocol: "websocket" });
  for (
    const [socket, protocol] of [
      [new FakeSocket(), "tcp"],
      [named, "websocket"],
    ] as const
  ) {
    const { connection } = open(undefined, undefined, { socket });
    assertEquals(connection.protocol, protocol);
    connection.close("aborted");
    await ended(connection);
  }
});

test("Connection.drain() tells the client, if the transport can", async () => {
  const notices: Notice[] = [];
  const socket = Object.assign(new FakeSocket(), {
    notify: (notice: Notice) => notices.push(notice),
  });
  const { connection } = open(undefined, undefined, { socket });
  connection.drain();
  assertEquals(notices, [{ draining: true }]);
  connection.close("aborted");
  await ended(connection);
});

test("Connection.drain(): a client that resets after the end has got it all or not, and counts as reset", async () => {
  const { socket, connection } = open();
  connection.drain();
  await macrotask();
  assert(socket.writeClosed);
  socket.arrive(new Deno.errors.ConnectionReset("reset"));
  assertEquals(await ended(connection), "reset");
});

test("Connection: a client that breaks the protocol of its transport is invalid, which is no error of ours", async () => {
  const { socket, connection, errors } = open();
  socket.arrive(new WebSocketError(CloseCode.protocolError, "not masked"));
  assertEquals(await ended(connection), "invalid");
  assertEquals(errors, []);
});
