/**
 * The loads of the web benchmark: latency, idle clients, stuck clients. Each is played
 * with clients by TCP and by WebSocket in the same way.
 */
import { concat } from "@std/bytes/concat";
import { connectWebSocket } from "../../lib/client/web_socket.ts";
import { residentBytes } from "../../lib/stresstest/target/proc.ts";
import { type Address, formatAddress } from "../../lib/wire/address.ts";
import { bodies, encode } from "../../lib/wire/frame.ts";
import { frames } from "../../lib/wire/framer.ts";
import { writeAll } from "../../lib/wire/write_all.ts";
import type { Receiver } from "./flood.ts";

/** Connects a client that receives. */
export type ConnectReceiver = () => Promise<Receiver>;

/** Clients by WebSocket at `web`. */
export function byWebSocket(web: Address): ConnectReceiver {
  return () => connectWebSocket(`ws://${formatAddress(web)}/ws`);
}

const sleep = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Connects so many clients, some at a time. */
async function connectAll(
  count: number,
  connect: ConnectReceiver,
): Promise<Receiver[]> {
  const clients: Receiver[] = [];
  while (clients.length < count) {
    const length = Math.min(50, count - clients.length);
    clients.push(...await Promise.all(Array.from({ length }, connect)));
  }
  return clients;
}

/**
 * The p99 of the time from sending to receiving, in milliseconds, at 2,000 messages a
 * second to 50 clients.
 */
export async function latency(
  address: Address,
  connect: ConnectReceiver,
): Promise<number> {
  const [CLIENTS, PER_TICK, TICK, TICKS] = [50, 10, 5, 600];
  const clients = await connectAll(CLIENTS, connect);
  using sender = await Deno.connect(address);
  sender.setNoDelay(true);
  const latencies: number[] = [];
  const reading = clients.map(async (client) => {
    try {
      for await (const run of frames(client)) {
        for (const body of bodies(run.bytes)) {
          const sent = new DataView(body.buffer, body.byteOffset).getFloat64(0);
          latencies.push(performance.now() - sent);
        }
      }
    } catch { // closed below
    }
  });
  await sleep(200); // until all are clients of the server
  const begun = performance.now();
  for (let tick = 0; tick < TICKS; tick++) {
    const bytes = Array.from({ length: PER_TICK }, () => {
      const body = new Uint8Array(64);
      new DataView(body.buffer).setFloat64(0, performance.now());
      return encode(body);
    });
    await writeAll(sender, concat(bytes));
    const due = begun + (tick + 1) * TICK - performance.now();
    if (due > 0) await sleep(due);
  }
  await sleep(500);
  for (const client of clients) client.close();
  await Promise.all(reading);
  latencies.sort((a, b) => a - b);
  return latencies[Math.floor(0.99 * latencies.length)]!;
}

/** What an idle client costs, in bytes. */
export interface Idle {
  /** Without what the garbage collector could take. */
  used: number;
  /** What the process grows by, once it has many: by then V8 keeps room for a rush. */
  resident: number;
}

/** Idle clients, of a server that says how many bytes are in use in all. */
export async function idle(
  pid: number,
  used: () => Promise<number>,
  connect: ConnectReceiver,
): Promise<Idle> {
  const [WARM, CLIENTS] = [200, 4000];
  const clients = await connectAll(WARM, connect); // what is taken once
  const before = await used();
  const add = async () => {
    clients.push(...await connectAll(CLIENTS, connect));
    await sleep(1000);
    return residentBytes(pid, "now");
  };
  const [many, more] = [await add(), await add()];
  const grown = await used() - before;
  for (const client of clients) client.close();
  return { used: grown / (2 * CLIENTS), resident: (more - many) / CLIENTS };
}

/** What stuck clients cost. */
export interface Stuck {
  /** Bytes of memory by which the server has grown. */
  grown: number;
  /** The share of messages that a client that reads lost. */
  lost: number;
}

/** 400 MiB pass by 1,000 clients that take nothing, and one that does. */
export async function stuck(
  pid: number,
  address: Address,
  connect: ConnectReceiver,
): Promise<Stuck> {
  const [CLIENTS, BYTES, BATCH] = [1000, 400 * 1024 ** 2, 1000];
  const WARM = 64 * 1024 ** 2; // the log is full then
  const [WINDOW, PATIENCE] = [4 * 1024 ** 2, 5000];
  const healthy = await connect();
  using sender = await Deno.connect(address);
  const batch = concat(
    Array.from({ length: BATCH }, () => encode(new Uint8Array(255))),
  );
  const whole = (bytes: number) =>
    Math.ceil(bytes / batch.length) * batch.length;
  const [before, during] = [whole(WARM), whole(BYTES)];
  const expected = before + during;
  let received = 0;
  const reading = (async () => {
    const buffer = new Uint8Array(64 * 1024);
    while (received < expected) {
      received += await healthy.read(buffer) ?? expected;
    }
  })();
  const scratch = new Uint8Array(64 * 1024);
  const own = (async () => {
    try {
      while (await sender.read(scratch) !== null);
    } catch { // closed below
    }
  })();
  let sent = 0;
  /** Sends no faster than the client that reads takes it, unless that has lost some. */
  const send = async (bytes: number) => {
    for (const end = sent + bytes; sent < end; sent += batch.length) {
      const late = performance.now() + PATIENCE;
      while (sent - received > WINDOW && performance.now() < late) {
        await sleep(1);
      }
      await writeAll(sender, batch);
    }
  };
  await sleep(200);
  await send(before);
  const clients = await connectAll(CLIENTS, connect);
  await sleep(500);
  let grown = -residentBytes(pid, "now");
  await send(during);
  await Promise.race([reading, sleep(PATIENCE)]);
  grown += residentBytes(pid, "now");
  for (const client of [...clients, healthy, sender]) client.close();
  await Promise.all([own, reading.catch(() => {})]);
  return { grown, lost: Math.max(0, 1 - received / expected) };
}
