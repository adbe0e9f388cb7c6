/**
 * The flood: publishers send as fast as their sockets take it, and what arrives is
 * counted by its bytes alone, as a reader that parsed each message would be the
 * bottleneck. What it is that arrives is checked by the stress tester's loads.
 */
import { type Address, parseAddress } from "../../lib/wire/address.ts";
import { HEADER } from "../../lib/wire/frame.ts";
import { isDisconnect } from "../../lib/wire/io_error.ts";
import { LatencyHistogram } from "../../lib/stresstest/checks/latency_histogram.ts";
import type { Server } from "../../lib/stresstest/target/server.ts";
import { UsageMonitor } from "../../lib/stresstest/target/usage_monitor.ts";
import { writeAll } from "../../lib/wire/write_all.ts";
import { published, subscribed } from "./nats.ts";

const PUBLISHERS = 4;
const SUBSCRIBERS = 50;
const BODY = 64;

/** Messages of one write. */
const BATCH = 1000;

/** The first byte of a body that has the time of its write in the next eight. */
const STAMP = 1;

/** How long they send, and from when on deliveries are counted, in milliseconds. */
const [DURATION, BEGIN] = [3000, 500] as const;

/** What is not delivered so many milliseconds after the end is missing, or sooner. */
const PATIENCE = 2000;

/** Who gets nothing for so many milliseconds is not served. */
const BEGIN_PATIENCE = 10_000;

const POLL = 5;

/** A client that only receives. */
export type Receiver = Pick<Deno.TcpConn, "read" | "close">;

/** How a message travels. */
export interface Wire {
  connect: (address: Address) => Promise<Deno.TcpConn>;
  /** How those who only receive connect, if it is another way. */
  receive?: () => Promise<Receiver>;
  /** Many messages, as they are sent. */
  batch: Uint8Array<ArrayBuffer>;
  /** The bytes of one, as it is delivered. */
  delivered: number;
  /** They are delivered as frames, so that the time can be read in some of them. */
  isFramed?: boolean;
}

const FRAMES = new Uint8Array(BATCH * (HEADER + BODY));
for (let n = 0; n < BATCH; n++) FRAMES[n * (HEADER + BODY)] = BODY;

/** As the specification says. */
export const FRAMED: Wire = {
  connect: Deno.connect,
  batch: FRAMES,
  delivered: HEADER + BODY,
  isFramed: true,
};

/** As `nats-server` has it. */
export const NATS: Wire = {
  connect: subscribed,
  batch: published(FRAMES),
  delivered: `MSG z 1 ${BODY}\r\n`.length + BODY + "\r\n".length,
};

/** What came of it. */
export interface Flood {
  deliveriesPerSecond: number;
  /** The share of deliveries that were lost or are very late. */
  missing: number;
  /**
   * From the write of a batch to the delivery of its first message, of one sender's and
   * to one client; `null` where that cannot be read.
   */
  p50Microseconds: number | null;
  p99Microseconds: number | null;
  cpuMicrosecondsPerDelivery: number;
  peakMemoryBytes: number;
}

/** The server serves some client no longer, or not in time: too much for it was before. */
export class NotServedError extends Error {
  override name = "NotServedError";
}

/**
 * Floods a server.
 *
 * @throws {NotServedError} If a client cannot connect, or gets nothing at the beginning.
 */
export async function flood(
  server: Server,
  wire: Wire,
  duration: number = DURATION,
): Promise<Flood> {
  using usage = UsageMonitor.start(server.pids);
  const nodes = server.nodes.map(parseAddress);
  let turn = 0;
  const connect = () => wire.connect(nodes[turn++ % nodes.length]!);
  const all = async <C>(length: number, connect: () => Promise<C>) => {
    try {
      return await Promise.all(Array.from({ length }, connect));
    } catch (error) {
      throw new NotServedError("a client cannot connect", { cause: error });
    }
  };
  const receiving = await all<Receiver>(SUBSCRIBERS, wire.receive ?? connect);
  const sending = await all(PUBLISHERS, connect);
  const clients = [...receiving, ...sending];
  const received = clients.map(() => 0);
  const stamps = new Stamps();
  let ended = 0;
  const reading = clients.map(async (client, n) => {
    await read(client, (bytes) => {
      received[n]! += bytes.length;
      if (n === 0 && wire.isFramed) stamps.find(bytes);
    });
    ended++;
  });
  const bytes = () =>
    received.slice(0, SUBSCRIBERS).reduce((sum, each) => sum + each);

  // Everybody is served before it begins; how often that is asked, nobody minds.
  const one = wire.batch.subarray(0, wire.batch.length / BATCH);
  const latest = performance.now() + BEGIN_PATIENCE;
  while (received.some((bytes) => bytes === 0)) {
    if (ended > 0 || performance.now() > latest) {
      for (const client of clients) client.close();
      await Promise.all(reading);
      throw new NotServedError("a client gets nothing");
    }
    await write(sending[0]!, one);
    await sleep(POLL);
  }
  let sent = 0;
  const until = performance.now() + duration;
  const writing = sending.map(async (client, n) => {
    const batch = n === 0 && wire.isFramed ? wire.batch.slice() : wire.batch;
    while (performance.now() < until) {
      if (batch !== wire.batch) stamps.put(batch);
      await write(client, batch);
      sent++;
    }
  });
  await sleep(Math.min(BEGIN, duration / 2));
  usage?.restartCpu();
  stamps.restart();
  const [from, before] = [performance.now(), bytes()];
  await sleep(until - from);
  const [to, after] = [performance.now(), bytes()];
  const used = usage?.summary((after - before) / wire.delivered);

  const expected = () => sent * BATCH * SUBSCRIBERS * wire.delivered;
  const end = performance.now() + Math.min(PATIENCE, 2 * duration);
  while (bytes() < expected() && performance.now() < end) await sleep(POLL);
  const missing = 1 - bytes() / expected();
  for (const client of clients) client.close();
  await Promise.all([...reading, ...writing]);
  return {
    deliveriesPerSecond: (after - before) / wire.delivered / (to - from) * 1000,
    missing: Math.max(0, missing),
    p50Microseconds: stamps.summary()?.p50Microseconds ?? null,
    p99Microseconds: stamps.summary()?.p99Microseconds ?? null,
    cpuMicrosecondsPerDelivery: used?.cpuMicrosecondsPerDelivery ?? NaN,
    peakMemoryBytes: used?.peakMemoryBytes ?? NaN,
  };
}

/** The times that are in some messages. */
class Stamps {
  #latency = new LatencyHistogram();
  #since = Infinity;
  /** From the beginning of the next read to that of the next frame. */
  #next = 0;

  /** Stamps the first message of a batch, which nobody writes at the moment. */
  put(batch: Uint8Array<ArrayBuffer>): void {
    batch[HEADER] = STAMP;
    new DataView(batch.buffer).setFloat64(HEADER + 1, performance.now());
  }

  /** From now on they count. */
  restart(): void {
    this.#since = performance.now();
  }

  /** Looks for them in what a client has read; one that is cut is passed over. */
  find(bytes: Uint8Array<ArrayBuffer>): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const now = performance.now();
    let at = this.#next;
    for (; at < bytes.length; at += HEADER + bytes[at]!) {
      const time = at + HEADER + 1;
      if (bytes[at + HEADER] !== STAMP || time + 8 > bytes.length) continue;
      const sent = view.getFloat64(time);
      if (sent >= this.#since) this.#latency.record((now - sent) * 1000);
    }
    this.#next = at - bytes.length;
  }

  summary() {
    return this.#latency.summary();
  }
}

/** Bytes of a client's read buffer. */
const BUFFER = 64 * 1024;

async function write(
  client: Deno.TcpConn,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  try {
    await writeAll(client, bytes);
  } catch (error) {
    if (!isDisconnect(error)) throw error;
  }
}

async function read(
  client: Receiver,
  take: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  // Nobody looks at what is in it, but a WebSocket, for which one for all is too few.
  const buffer = new Uint8Array(BUFFER);
  try {
    for (let n; (n = await client.read(buffer)) !== null;) {
      take(buffer.subarray(0, n));
    }
  } catch (error) {
    if (!isDisconnect(error)) throw error;
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
