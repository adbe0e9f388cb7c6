/**
 * Servers that are broken on purpose, each in one way, so that the stress tester
 * can be tested: `broken.ts WAY ADDRESS`. What is not broken is as simple as can be.
 */
// deno-lint-ignore-file no-console -- it is a command
import { concat } from "@std/bytes/concat";
import { frames } from "@zillions/server/framer";
import { formatAddress, parseAddress } from "../../lib/wire/address.ts";

/** Every so many messages something goes wrong. */
const OFTEN = 10;

/** So many messages until it dies. */
const LIFE = 200;

/** A client: what waits for it, and the one write loop that takes it there. */
class Client {
  readonly #socket: Deno.TcpConn;
  #waiting: Uint8Array[] = [];
  #writing = false;
  /** A message that will come after the next one. */
  held: { from: Client; frame: Uint8Array } | undefined;

  constructor(socket: Deno.TcpConn, readonly number: number) {
    this.#socket = socket;
  }

  send(...frames: Uint8Array[]): void {
    this.#waiting.push(...frames);
    if (!this.#writing) this.#write();
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
    this.#writing = true;
    try {
      while (this.#waiting.length > 0) {
        await this.write(concat(this.#waiting.splice(0)));
      }
    } catch {
      return; // it has left
    }
    this.#writing = false;
  }
}

/** Takes one message to one client, in the way that is asked for. */
type Way = (
  to: Client,
  frame: Uint8Array,
  from: Client,
  count: number,
) => void | Promise<void>;

const WAYS: Record<string, Way> = {
  sound: (to, frame) => to.send(frame),

  stubborn: (to, frame) => to.send(frame),

  drops: (to, frame, _, count) => {
    if (count % OFTEN !== 0) to.send(frame);
  },

  duplicates: (to, frame, _, count) =>
    count % OFTEN === 0 ? to.send(frame, frame) : to.send(frame),

  damages: (to, frame, _, count) => {
    const sent = frame.slice();
    if (count % OFTEN === 0) sent[sent.length - 1]! ^= 1;
    to.send(sent);
  },

  // What was read in two parts goes out with the header of the whole.
  desynchronises: (to, frame, _, count) =>
    to.send(count % OFTEN === 0 ? frame.subarray(0, frame.length >> 1) : frame),

  // Neighbours of different senders change places, for some of the clients.
  reorders: (to, frame, from) => {
    const { held } = to;
    to.held = undefined;
    if (held && held.from !== from) to.send(frame, held.frame);
    else if (held) to.send(held.frame, frame);
    else if (to.number % 2 === 1) to.held = { from, frame };
    else to.send(frame);
  },

  // Neighbours of one sender change places, alike for all clients.
  overtakes: (to, frame, from) => {
    const { held } = to;
    to.held = undefined;
    if (held) {
      to.send(
        ...held.from === from ? [frame, held.frame] : [held.frame, frame],
      );
    } else to.held = { from, frame };
  },

  // Of three messages in a row each client gets two: the first and the second, the
  // second and the third, or the third and then the first, if they have two senders.
  circles: (to, frame, from, count) => {
    const place = count % 3;
    const kind = to.number % 3;
    const { held } = to;
    if (kind < 2) {
      if (place === kind || place === kind + 1) to.send(frame);
    } else if (place === 0) {
      to.held = { from, frame };
    } else if (place === 2 && held) {
      to.send(
        ...held.from === from ? [held.frame, frame] : [frame, held.frame],
      );
    }
  },

  // Everybody waits for the slowest.
  blocks: async (to, frame) => {
    await to.write(frame).catch(() => {}); // it has left
  },

  hangs: (to, frame, _, count) => {
    if (count < LIFE) to.send(frame);
  },

  // One client is never served.
  ignores: (to, frame) => {
    if (to.number !== 3) to.send(frame);
  },

  dies: (to, frame, _, count) => {
    if (count === LIFE) {
      console.error("out of luck");
      Deno.exit(3);
    }
    to.send(frame);
  },

  // One client is thrown out for no reason.
  evicts: (to, frame, _, count) => count === LIFE ? to.close() : to.send(frame),
};

const [way = "", address = ""] = Deno.args;
// Asked to end, this one does not.
if (way === "stubborn") Deno.addSignalListener("SIGTERM", () => {});
const clients = new Set<Client>();
let count = 0;
let number = 0;
/** What is being broadcast; the next message waits for it. */
let last: void | Promise<void>;

async function serveClient(socket: Deno.TcpConn): Promise<void> {
  const client = new Client(socket, number++);
  clients.add(client);
  try {
    for await (const { bytes } of frames(socket)) {
      for (let at = 0; at < bytes.length;) {
        const frame = bytes.slice(at, at += 1 + bytes[at]!);
        await (last = broadcast(frame, client, last));
      }
    }
  } catch {
    // it has left, and that is all there is to it
  }
  clients.delete(client);
  client.close();
}

async function broadcast(
  frame: Uint8Array,
  from: Client,
  before: void | Promise<void>,
): Promise<void> {
  await before;
  const current = count++;
  for (const to of clients) await WAYS[way]!(to, frame, from, current);
}

switch (way) {
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
    const listener = Deno.listen(parseAddress(address));
    console.log(`listening on ${formatAddress(listener.addr)}`);
    for await (const socket of listener) {
      socket.setNoDelay(true);
      serveClient(socket);
    }
  }
}
