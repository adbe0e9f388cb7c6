/**
 * Clients on several servers that all talk, and what each of them heard: the ground
 * for judging whether there was one order, and whether every message is accounted for.
 */
import { assert, assertEquals } from "@std/assert";
import { Order } from "../../../lib/stresstest/checks/order.ts";
import type { Address } from "../../../lib/wire/address.ts";
import { eventually, inTime } from "../../support/eventually.ts";

/** The bytes that number a message: its sender and its sequence. */
const NUMBER = 8;

/** The bodies have so many bytes more at most. */
const FILL = 56;

/** Milliseconds between two polls of who may speak. */
const STEP = 10;

/** The longest that all may take to hear each other again, in milliseconds. */
const PATIENCE = 90_000;

/** Milliseconds for one round of hearing each other. */
const ROUND = 1000;

/** One of many delivery times is kept. */
const SAMPLE = 7;

/** A client that talks and keeps what it hears. */
export class Talker {
  /** The server it is connected to. */
  readonly node: number;
  /** The messages it heard, by number, in order. */
  readonly heard: number[] = [];
  /** How many messages it has said. */
  said = 0;
  /** How many of them it said before all were known to be connected. */
  early = 0;
  /** Whether its connection has ended. */
  isCut = false;
  readonly #number: number;
  readonly #socket: Deno.TcpConn;
  readonly #conversation: Conversation;
  readonly #reading: Promise<void>;
  #isWriting = false;

  constructor(
    number: number,
    node: number,
    socket: Deno.TcpConn,
    conversation: Conversation,
  ) {
    this.node = node;
    this.#number = number;
    this.#socket = socket;
    this.#conversation = conversation;
    this.#reading = this.#read();
  }

  /** Says a message, unless the last one has not left yet. */
  say(): void {
    if (this.#isWriting || this.isCut) return;
    const message = this.said++ * this.#conversation.size + this.#number;
    this.#conversation.saidAt[message] = performance.now();
    this.#write(frame(message)).catch(() => this.isCut = true);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#isWriting = true;
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.#socket.write(rest));
    }
    this.#isWriting = false;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    let filled = 0;
    try {
      for (
        let read;
        (read = await this.#socket.read(buffer.subarray(filled)));
      ) {
        filled += read;
        let at = 0;
        while (at < filled && at + 1 + buffer[at]! <= filled) {
          const end = at + 1 + buffer[at]!;
          this.#hear(buffer.subarray(at, end));
          at = end;
        }
        buffer.copyWithin(0, at, filled);
        filled -= at;
      }
    } catch { // the server was killed
    }
    this.isCut = true;
    this.#socket[Symbol.dispose](); // so that a server that drains need not wait
  }

  #hear(bytes: Uint8Array): void {
    const message = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(1);
    this.#conversation.isDamaged ||= !isFrame(bytes, message);
    this.heard.push(message);
    if (this.heard.length % SAMPLE === 0) {
      const { saidAt, delays } = this.#conversation;
      delays.push(performance.now() - saidAt[message]!);
    }
  }

  async leave(): Promise<void> {
    this.#socket[Symbol.dispose]();
    await inTime(this.#reading, "a talker to leave");
  }
}

/** All talkers. */
export class Conversation implements AsyncDisposable {
  readonly talkers: Talker[] = [];
  /** When each message was said. */
  readonly saidAt: number[] = [];
  /** How long deliveries took since somebody last took these away, in milliseconds; a sample. */
  readonly delays: number[] = [];
  /** Whether a message came that nobody has said. */
  isDamaged = false;
  /** How many talkers there are. */
  readonly size: number;
  #speaking: Promise<void> | undefined;
  #isOver = false;

  private constructor(size: number) {
    this.size = size;
  }

  /** Connects `size` talkers, in turn to each of `nodes`. Each is known to be connected. */
  static async begin(
    nodes: readonly Address[],
    size: number,
  ): Promise<Conversation> {
    const conversation = new Conversation(size);
    await Promise.all(Array.from({ length: size }, async (_, n) => {
      const node = n % nodes.length;
      const socket = await Deno.connect(nodes[node]!);
      socket.setNoDelay(true);
      conversation.talkers[n] = new Talker(n, node, socket, conversation);
    }));
    await conversation.hearEachOther();
    for (const talker of conversation.talkers) talker.early = talker.said;
    return conversation;
  }

  /** Those whose connection stands. */
  get present(): Talker[] {
    return this.talkers.filter(({ isCut }) => !isCut);
  }

  /** From now on all talk, `rate` messages a second in all, at random. */
  talk(rate: number, random: () => number): void {
    this.#isOver = false;
    this.#speaking = this.#speak(rate, random);
  }

  /** Ends the talking. */
  async hush(): Promise<void> {
    this.#isOver = true;
    await this.#speaking;
  }

  /** Resolves when, at last, every present talker has heard a message of every other. */
  async hearEachOther(): Promise<void> {
    const began = performance.now();
    for (;;) {
      const talkers = this.present;
      const last = talkers.map((talker) => {
        talker.say();
        return (talker.said - 1) * this.size + this.talkers.indexOf(talker);
      });
      const complete = await eventually(
        "all to hear each other",
        () =>
          talkers.every(({ heard, isCut }) => isCut || includes(heard, last)),
        (complete) => complete || performance.now() - began > PATIENCE,
        {
          patience: ROUND,
          pause: () => new Promise((resolve) => setTimeout(resolve, STEP)),
        },
      ).catch(() => false);
      if (complete) return;
      assert(
        performance.now() - began < PATIENCE,
        `they do not hear each other: ${
          this.present.map(({ heard, said }) => `${heard.length} of ${said}`)
            .slice(0, 6)
        }`,
      );
    }
  }

  /**
   * Fails unless one order explains what all heard, with each sender's messages as
   * sent, and nobody heard a message twice or one that was never said.
   */
  judge(): void {
    assert(!this.isDamaged, "a message was damaged");
    const messages = this.size *
      Math.max(...this.talkers.map(({ said }) => said));
    const order = new Order(messages, this.size);
    for (const [client, { heard }] of this.talkers.entries()) {
      assertEquals(
        new Set(heard).size,
        heard.length,
        `talker ${client} heard something twice`,
      );
      for (let n = 1; n < heard.length; n++) {
        order.add(client, heard[n - 1]!, heard[n]!);
      }
    }
    const cycle = order.cycle();
    assert(
      cycle === undefined,
      `no one order: ${JSON.stringify(cycle?.slice(0, 4))}`,
    );
  }

  /**
   * How many messages the talkers of `node` missed of those that talkers of standing
   * servers have said since all were there. All of a node's talkers miss the same.
   */
  missed(node: number): number {
    const standing = this.#standing;
    const said = this.talkers.filter((talker) => standing.has(talker.node))
      .reduce((sum, { said, early }) => sum + said - early, 0);
    return said - this.#heard(node, (node) => standing.has(node));
  }

  /** How many messages the talkers of `node` heard from those of servers that fell. */
  heardFromFallen(node: number): number {
    const standing = this.#standing;
    return this.#heard(node, (node) => !standing.has(node));
  }

  /** The servers that have talkers. */
  get #standing(): Set<number> {
    return new Set(this.present.map(({ node }) => node));
  }

  #heard(node: number, from: (node: number) => boolean): number {
    const counts = this.present.filter((talker) => talker.node === node)
      .map(({ heard }) =>
        heard.filter((message) => {
          const sender = this.talkers[message % this.size]!;
          return message >= sender.early * this.size && from(sender.node);
        }).length
      );
    assertEquals(
      new Set(counts).size,
      1,
      `talkers of node ${node} heard ${counts}`,
    );
    return counts[0]!;
  }

  async #speak(rate: number, random: () => number): Promise<void> {
    let owed = 0;
    let then = performance.now();
    while (!this.#isOver) {
      await new Promise((resolve) => setTimeout(resolve, STEP));
      const now = performance.now();
      owed = Math.min(owed + rate * (now - then) / 1000, this.size);
      then = now;
      for (; owed >= 1; owed--) {
        this.talkers[Math.floor(random() * this.size)]!.say();
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hush();
    await Promise.all(this.talkers.map((talker) => talker.leave()));
  }
}

/** The delay that one in a hundred exceeds, in milliseconds. */
export function p99(delays: readonly number[]): number {
  const sorted = delays.toSorted((a, b) => a - b);
  return sorted[Math.floor(0.99 * sorted.length)] ?? NaN;
}

/** Whether the end of `heard` has all of `messages`. */
function includes(
  heard: readonly number[],
  messages: readonly number[],
): boolean {
  const recent = new Set(heard.slice(-20 * messages.length));
  return messages.every((message) => recent.has(message));
}

/** The frame of a message; its length and every byte follow from its number. */
function frame(message: number): Uint8Array {
  const bytes = new Uint8Array(1 + NUMBER + message % FILL).fill(message % 251);
  bytes[0] = bytes.length - 1;
  new DataView(bytes.buffer).setFloat64(1, message);
  return bytes;
}

function isFrame(bytes: Uint8Array, message: number): boolean {
  if (bytes.length !== 1 + NUMBER + message % FILL) return false;
  return bytes.subarray(1 + NUMBER).every((byte) => byte === message % 251);
}
