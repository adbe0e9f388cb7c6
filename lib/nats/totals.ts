/**
 * The totals: what a room has seen of each node. Each batch says how many messages
 * its node has put into all earlier ones, so what a reader missed can be counted
 * exactly, and a batch that comes twice is recognized.
 *
 * @module
 */
import type { Batch } from "./batch.ts";

/** The most nodes that are remembered; those heard least recently are forgotten. */
const MAX_NODES = 4096;

/** What was seen of a node. */
interface Seen {
  /** The number of its last batch. */
  counter: number;
  /** Messages in all its batches up to that. */
  total: number;
}

/** Counts per node. */
export class Totals {
  /** By node, those heard least recently first, as far as they joined. */
  readonly #nodes = new Map<bigint, Seen>();
  /**
   * Whether everything since this node joined was read. Then a node that was never
   * heard has said nothing since, and what it said before is not missed.
   */
  #isComplete = true;

  /** How many nodes are remembered. */
  get size(): number {
    return this.#nodes.size;
  }

  /** Says that part of the stream was missed. */
  missed(): void {
    this.#isComplete = false;
  }

  /**
   * Takes a batch into account.
   *
   * @returns How many of its node's messages are missing before it; `undefined` if
   * the batch was seen before.
   */
  add({ node, counter, total, run: { count } }: Batch): number | undefined {
    const seen = this.#nodes.get(node);
    if (!seen) {
      this.#remember(node, { counter, total: total + count });
      return this.#isComplete ? 0 : total;
    }
    if (counter <= seen.counter) return undefined;
    const lost = total - seen.total;
    seen.counter = counter;
    seen.total = total + count;
    return Math.max(0, lost);
  }

  #remember(node: bigint, seen: Seen): void {
    if (this.#nodes.size >= MAX_NODES) {
      const [oldest] = this.#nodes.keys();
      this.#nodes.delete(oldest!);
    }
    this.#nodes.set(node, seen);
  }
}
