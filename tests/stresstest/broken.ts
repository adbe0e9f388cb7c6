/**
 * Servers that are broken on purpose, each with one fault, for the tests of the stress
 * tester: `broken.ts FAULT ADDRESS`. Everything else is as simple as possible.
 */
// deno-lint-ignore-file no-console -- it is a command
import { concat } from "@std/bytes/concat";
import { frames } from "@zillions/server/framer";
import { formatEndpoint, parseEndpoint } from "@zillions/server/endpoint";

/** The fault concerns every message of this number. */
const PERIOD = 10;

/** Messages until the server fails, or its one fault happens. */
const LIFETIME = 200;

/** The client of a fault that concerns only one: it receives. */
const VICTIM = 3;

/** Milliseconds by which every message is delayed. */
const DELAY = 100;

/** Milliseconds that a slow server takes to send a message to a client. */
const SLOWNESS = 5;

/** Milliseconds after which a client is disconnected as idle. */
const IDLE = 1200;

/** Milliseconds after which a client that reads nothing is disconnected as stuck. */
const STUCK = 1500;

/** Messages that may wait for a client; the oldest give way. */
const CAPACITY = 40_000;

/** Messages that are served at once, milliseconds for each later one, and for the client that is served last. */
const [BEFORE_QUEUE, TURN, LAST_TURN] = [50, 10, 1200] as const;

/** Clients that may wait for a server that never accepts one. */
const QUEUE = 1;

/** Bytes by which the server grows in a second, and milliseconds between two steps. */
const [GROWTH, STEP] = [1024 ** 2, 50] as const;

/** A client: its waiting messages, and the only loop that writes to its socket. */
class Client {
  readonly #socket: Deno.Conn;
  #waiting: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  /** A message that is sent after the next one. */
  held: { from: Client; frame: Uint8Array } | undefined;

  constructor(socket: Deno.Conn, readonly number: number) {
    this.#socket = socket;
  }

  send(...frames: Uint8Array[]): void {
    this.#waiting.push(...frames);
    if (this.#waiting.length > CAPACITY) {
      this.#waiting.splice(0, CAPACITY / 2);
    }
    this.#writing ??= this.#write();
  }

  /** Resolves when nothing waits. */
  async drained(): Promise<void> {
    await this.#writing;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.#socket.write(rest));
    }
  }

  close(): void {
    this.#socket[Symbol.dispose]();
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const stuck = fault === "sheds"
          ? setTimeout(() => this.close(), STUCK)
          : undefined;
        await this.write(concat(this.#waiting.splice(0)));
        clearTimeout(stuck);
      }
    } catch {
      return; // the client has left
    }
    this.#writing = undefined;
  }
}

/** Sends one message to one client, with a fault. */
type Fault = (
  to: Client,
  frame: Uint8Array,
  from: Client,
  count: number,
) => void | Promise<void>;

const sound: Fault = (to, frame) => to.send(frame);

/** Faults in what is sent. The servers with other faults send as they should. */
const FAULTS: Record<string, Fault> = {
  // One client receives two messages of different senders swapped, once in 1,000.
  swaps: (to, frame, from, count) => {
    const { held } = to;
    to.held = undefined;
    if (held && held.from !== from) to.send(frame, held.frame);
    else if (held) {
      to.send(held.frame);
      to.held = { from, frame };
    } else if (to.number === VICTIM && count % 1000 === 999) {
      to.held = { from, frame };
    } else to.send(frame);
  },

  repeats: (to, frame, _, count) =>
    count === LIFETIME ? to.send(frame, frame) : to.send(frame),

  omits: (to, frame, _, count) => {
    if (count !== LIFETIME || to.number !== VICTIM) to.send(frame);
  },

  // A body loses its last byte, and the header says so.
  cuts: (to, frame, _, count) => {
    const sent = frame.slice(0, count === LIFETIME ? -1 : undefined);
    sent[0] = sent.length - 1;
    to.send(sent);
  },

  // Two messages become one.
  joins: (to, frame, from, count) => {
    if (count === LIFETIME) to.held = { from, frame };
    else if (to.held) {
      const joined = concat([to.held.frame, frame.subarray(1)]);
      joined[0] = joined.length - 1;
      to.held = undefined;
      to.send(joined);
    } else to.send(frame);
  },

  invents: (to, frame, _, count) => {
    if (count === LIFETIME) to.send(new TextEncoder().encode("\x05hello"));
    to.send(frame);
  },

  // The sender does not receive its own messages.
  withholds: (to, frame, from) => {
    if (to !== from) to.send(frame);
  },

  // Nobody receives what the first four clients after that for pings send.
  muffles: (to, frame, from) => {
    if (from.number < 2 || from.number > 5) to.send(frame);
  },

  delays: (to, frame) => {
    setTimeout(() => to.send(frame), DELAY);
  },

  // A server that is always far behind.
  plods: async (to, frame) => {
    await new Promise((later) => setTimeout(later, SLOWNESS));
    to.send(frame);
  },

  // Most clients are served slowly, and one when they have been.
  queues: (to, frame, _, count) => {
    const turn = Math.max(0, count - BEFORE_QUEUE);
    const wait = to.number === VICTIM && turn > 0 ? LAST_TURN : turn * TURN;
    setTimeout(() => to.send(frame), wait);
  },

  drops: (to, frame, _, count) => {
    if (count % PERIOD !== 0) to.send(frame);
  },

  duplicates: (to, frame, _, count) =>
    count % PERIOD === 0 ? to.send(frame, frame) : to.send(frame),

  damages: (to, frame, _, count) => {
    const sent = frame.slice();
    if (count % PERIOD === 0) sent[sent.length - 1]! ^= 1;
    to.send(sent);
  },

  // A frame is cut, but keeps the header of the whole.
  desynchronises: (to, frame, _, count) =>
    to.send(
      count % PERIOD === 0 ? frame.subarray(0, frame.length >> 1) : frame,
    ),

  // Some clients receive two neighbouring messages of different senders swapped.
  reorders: (to, frame, from) => {
    const { held } = to;
    to.held = undefined;
    if (held && held.from !== from) to.send(frame, held.frame);
    else if (held) to.send(held.frame, frame);
    else if (to.number % 2 === 1) to.held = { from, frame };
    else to.send(frame);
  },

  // All clients receive two neighbouring messages of one sender swapped.
  overtakes: (to, frame, from) => {
    const { held } = to;
    to.held = undefined;
    if (held) {
      to.send(
        ...held.from === from ? [frame, held.frame] : [held.frame, frame],
      );
    } else to.held = { from, frame };
  },

  // Of three messages in a row each client receives two: the first and the second,
  // the second and the third, or the third and then the first, if the senders differ.
  circles: (to, frame, from, count) => {
    const position = count % 3;
    const kind = to.number % 3;
    const { held } = to;
    if (kind < 2) {
      if (position === kind || position === kind + 1) to.send(frame);
    } else if (position === 0) {
      to.held = { from, frame };
    } else if (position === 2 && held) {
      to.send(
        ...held.from === from ? [held.frame, frame] : [frame, held.frame],
      );
    }
  },

  // All clients wait for the slowest one.
  blocks: async (to, frame) => {
    await to.write(frame).catch(() => {}); // the client has left
  },

  // Slow for a while, then it delivers nothing.
  wearies: async (to, frame, _, count) => {
    if (count > LIFETIME / 2 && to.number === VICTIM) {
      await new Promise((later) => setTimeout(later, SLOWNESS));
    }
    if (count < LIFETIME) to.send(frame);
  },

  stalls: (to, frame, _, count) => {
    if (count < LIFETIME) to.send(frame);
  },

  // Delivers nothing but the ticks of the clock.
  ticks: (to, frame) => {
    if (frame.subarray(1).every((byte) => byte === 0)) to.send(frame);
  },

  // One client is never served.
  ignores: (to, frame) => {
    if (to.number !== VICTIM) to.send(frame);
  },

  dies: (to, frame, _, count) => {
    if (count === LIFETIME) {
      console.error("out of luck");
      Deno.exit(3);
    }
    to.send(frame);
  },

  // One client is disconnected for no reason.
  evicts: (to, frame, _, count) =>
    count === LIFETIME && to.number === VICTIM ? to.close() : to.send(frame),
};

const [fault = "", address = ""] = Deno.args;
// This server ignores the request to end.
if (fault === "stubborn") Deno.addSignalListener("SIGTERM", () => {});
const memory: Uint8Array[] = [];
if (fault === "grows") {
  let grownAt = performance.now();
  setInterval(() => {
    const bytes = GROWTH * (performance.now() - grownAt) / 1000;
    grownAt = performance.now();
    memory.push(new Uint8Array(bytes).fill(1));
  }, STEP);
}
const clients = new Set<Client>();
let count = 0;
let number = 0;
/** The broadcast under way; the next message waits for it. */
let last: void | Promise<void>;

/** Listens at the address that it was told, also where it has left a socket. */
function listen(): Deno.Listener<Deno.Conn> {
  const told = parseEndpoint(address);
  if (told.transport !== "unix") {
    const port = fault === "elsewhere" ? 0 : told.port;
    return Deno.listen({
      hostname: told.hostname,
      port,
      ...fault === "deaf" && { tcpBacklog: QUEUE },
    });
  }
  try {
    Deno.removeSync(told.path);
  } catch {
    // there is none
  }
  return Deno.listen({ transport: "unix", path: told.path });
}

function at(addr: Deno.Addr): string {
  return formatEndpoint(addr as Parameters<typeof formatEndpoint>[0]);
}

async function serveClient(socket: Deno.Conn): Promise<void> {
  const client = new Client(socket, number++);
  if (fault === "shuts" && number === 4) {
    console.error("no more");
    Deno.exit(4);
  }
  clients.add(client);
  if (fault === "tidies" && client.number === VICTIM) {
    setTimeout(() => client.close(), IDLE);
  }
  try {
    for await (const { bytes } of frames(socket)) {
      for (let at = 0; at < bytes.length;) {
        const frame = bytes.slice(at, at += 1 + bytes[at]!);
        if (fault === "stops" && count > LIFETIME) {
          await new Promise(() => {}); // it reads no more
        }
        await (last = broadcast(frame, client, last));
      }
    }
  } catch {
    // the client has left
  }
  clients.delete(client);
  await client.drained();
  client.close();
}

async function broadcast(
  frame: Uint8Array,
  from: Client,
  before: void | Promise<void>,
): Promise<void> {
  await before;
  const current = count++;
  const send = FAULTS[fault] ?? sound;
  for (const to of clients) await send(to, frame, from, current);
}

switch (fault) {
  case "silent":
    setInterval(() => {}, 1000);
    break;
  case "fails":
    console.error("cannot go on");
    Deno.exit(7);
    break;
  case "terse":
    console.log("listening on something");
    setInterval(() => {}, 1000);
    break;
  case "hasty":
    console.log(`listening on ${address}`);
    setInterval(() => {}, 1000);
    break;
  default: {
    if (fault === "late") await new Promise((later) => setTimeout(later, 500));
    const listener = listen();
    console.log(`listening on ${at(listener.addr)}`);
    if (fault === "deaf") await new Promise(() => setInterval(() => {}, 1000));
    if (fault === "twice") console.log(`listening on ${at(listener.addr)}`);
    for await (const socket of listener) {
      if ("setNoDelay" in socket) (socket as Deno.TcpConn).setNoDelay(true);
      serveClient(socket);
    }
  }
}
