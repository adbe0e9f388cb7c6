/** The clients of one node: what they said, and what they heard. */
import type { ModelNode } from "./model_node.ts";

/** The bytes of a message with its length. */
const MESSAGE = 256;

/** A run of so many messages is more than half of a batch, so each fills one. */
export const MANY = 129;

/** What stands in a message instead of a number. */
const UNNUMBERED = 0xffff_ffff;

const MESSAGES = new Uint8Array(MANY * MESSAGE).fill(0xff);

/** All clients of a node. */
export class ModelClients {
  /** How many messages they have said. */
  said = 0;
  /** The same in runs. */
  runs = 0;
  /** How many messages they have got. */
  got = 0;
  /** The numbers of the runs that they have got. */
  readonly heard: number[] = [];
  readonly #node: ModelNode;
  readonly #numberOf: (run: number) => number;

  /** @param numberOf Gives each run a number that no other node gives. */
  constructor(node: ModelNode, numberOf: (run: number) => number) {
    this.#node = node;
    this.#numberOf = numberOf;
  }

  /** One sends a run: a message with a number, and some without. */
  say(count: number, echoes: boolean): void | Promise<void> {
    const bytes = MESSAGES.slice(0, count * MESSAGE);
    new DataView(bytes.buffer).setUint32(1, this.#numberOf(this.runs++));
    this.said += count;
    const { hub, room } = this.#node;
    if (echoes) hub.broadcast(bytes, count);
    return room.publish({ bytes, count });
  }

  /** They read what has come. */
  async listen(): Promise<void> {
    for await (const bytes of this.#node.heard()) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 1; at < bytes.length; at += MESSAGE) {
        this.got++;
        const number = view.getUint32(at);
        if (number !== UNNUMBERED) this.heard.push(number);
      }
    }
  }
}
