/**
 * What clients received over real sockets, message by message, against the
 * server's own counts: received + dropped is what was broadcast while a client was
 * connected, and all of it stands in one order.
 */
import { assert, assertEquals } from "@std/assert";
import { type Channel, Hub } from "../../lib/hub/hub.ts";
import { serve, type Server } from "../../lib/server/serve.ts";
import { writeAll } from "../../lib/wire/write_all.ts";
import { macrotask } from "../support/jitter.ts";
import { contradictions } from "../support/logs.ts";
import { numbered, numbersIn } from "../support/numbered.ts";
import { test } from "../support/test.ts";

const SENDERS = 4;

/** Of each sender: together more than sockets hold, and many times the capacity. */
const MESSAGES = 25_000;

/** Bytes of the longest: the most a frame can have. */
const LONGEST = 256;

/** Messages sent at a time. */
const BATCH = 50;

const CAPACITY = 256 * 1024;

/** The server's own account of a client. */
interface Account {
  readonly channel: Channel;
  /** How many messages had been broadcast when it came, and when it had left. */
  readonly from: number;
  to?: number;
}

/** A hub that remembers its subscribers. */
class Ledgered extends Hub {
  readonly accounts: Account[] = [];

  override subscribe(): Channel {
    const channel = super.subscribe();
    const account: Account = { channel, from: this.broadcasts };
    const close = channel.close.bind(channel);
    channel.close = () => {
      account.to ??= this.broadcasts;
      close();
    };
    this.accounts.push(account);
    return channel;
  }
}

/** A client that notes the numbers of all messages it receives. */
class Witness implements Disposable {
  readonly log: number[] = [];
  /** It has received all there was for it. */
  left = false;
  readonly socket: Deno.TcpConn;
  readonly account: Account;
  readonly #buffer = new Uint8Array(64 * 1024);
  #begun = 0;

  private constructor(socket: Deno.TcpConn, account: Account) {
    this.socket = socket;
    this.account = account;
  }

  /** Connects, and waits until the server has opened its account. */
  static async connect(server: Server, hub: Ledgered): Promise<Witness> {
    const at = hub.accounts.length;
    const { hostname, port } = server.addr;
    const socket = await Deno.connect({ hostname, port });
    while (hub.accounts.length === at) await macrotask();
    return new Witness(socket, hub.accounts[at]!);
  }

  /** Receives what there is; `false` at the end of the connection. */
  async read(): Promise<boolean> {
    const read = await this.socket.read(this.#buffer.subarray(this.#begun));
    if (read === null) {
      assertEquals(this.#begun, 0, "the connection ended inside a message");
      return false;
    }
    const end = this.#begun + read;
    let at = 0;
    while (at < end && at + 1 + this.#buffer[at]! <= end) {
      at += 1 + this.#buffer[at]!;
    }
    this.log.push(...numbersIn(this.#buffer.subarray(0, at), LONGEST));
    this.#buffer.copyWithin(0, at, end);
    this.#begun = end - at;
    return true;
  }

  /** Says that it will send nothing more, and receives the rest. */
  async leave(): Promise<void> {
    await this.socket.closeWrite();
    while (await this.read());
    this.left = true;
  }

  [Symbol.dispose](): void {
    this.socket[Symbol.dispose]();
  }
}

async function send(witness: Witness, sender: number): Promise<void> {
  for (let n = 0; n < MESSAGES; n += BATCH) {
    const frames = Array.from(
      { length: BATCH },
      (_, i) => numbered((n + i) * SENDERS + sender, LONGEST),
    );
    await writeAll(witness.socket, Uint8Array.from(frames.flat()));
  }
}

test("conservation: what each client received and what the server dropped for it is what was broadcast", async () => {
  const hub = new Ledgered({ capacity: CAPACITY });
  await using server = serve({ port: 0, hub });
  using stack = new DisposableStack();
  const connect = async () => stack.use(await Witness.connect(server, hub));

  // Two never read until all is over, two read a piece now and then.
  const stuck = [await connect(), await connect()];
  const slow = [await connect(), await connect()];
  const talkers = await Array.fromAsync({ length: SENDERS }, connect);
  let over = false;
  const talking = talkers.map((talker, sender) => send(talker, sender));
  const reading = talkers.map(async (talker) => {
    while (await talker.read());
    talker.left = true;
  });
  const lagging = slow.map(async (client) => {
    for (let next = 0; !over; await macrotask()) {
      if (hub.broadcasts < next) continue;
      await client.read();
      next = hub.broadcasts + 2000;
    }
  });
  const leavers: Witness[] = [];
  const churning = (async () => {
    while (!over) {
      const client = await connect();
      const end = hub.broadcasts + 1000;
      while (!over && hub.broadcasts < end && await client.read());
      if (leavers.length % 3 < 2) await client.leave();
      else client[Symbol.dispose](); // with much that it did not take
      leavers.push(client);
    }
  })();

  await Promise.all(talking);
  while (hub.broadcasts < SENDERS * MESSAGES) await macrotask();
  over = true;
  await Promise.all([...lagging, churning]);
  await Promise.all([...stuck, ...slow].map((client) => client.leave()));
  await Promise.all(talkers.map((talker) => talker.socket.closeWrite()));
  await Promise.all(reading);
  while (server.stats().clients > 0) await macrotask();

  const clients = [...stuck, ...slow, ...talkers, ...leavers];
  for (const { log, left, account: { channel, from, to } } of clients) {
    const { received, dropped } = channel;
    if (left) {
      assertEquals(log.length, received);
      assertEquals(received + dropped, to! - from);
    } else {
      assert(log.length <= received && received + dropped <= to! - from);
    }
  }
  for (const { log, account: { channel } } of [...stuck, ...slow]) {
    assert(channel.dropped > 0 && log.length > 0);
  }
  const sent = Array(SENDERS).fill(MESSAGES);
  assertEquals(contradictions(sent, clients.map(({ log }) => log)), []);
  const stats = server.stats();
  const total = (count: (account: Account) => number) =>
    hub.accounts.reduce((sum, account) => sum + count(account), 0);
  assertEquals(stats.messagesIn, SENDERS * MESSAGES);
  assertEquals(stats.dropped, total(({ channel }) => channel.dropped));
  assert(stats.messagesOut <= total(({ channel }) => channel.received));
});
