/**
 * The batch: what one node publishes at a time, and so one entry of the stream. A
 * header, then whole frames as on the wire.
 *
 * ```text
 * byte   0      1        2      3         4..11  12..19   20..27  28..31  32..39  40..47
 *        magic  version  flags  reserved  node   counter  total   count   stream  after
 * ```
 *
 * @module
 */
import { leadingRun } from "../wire/frame.ts";
import type { Run } from "../wire/run.ts";

/** The bytes of a batch's header. */
export const BATCH_HEADER = 48;

/** The most bytes of frames in a batch. */
export const MAX_BATCH = 64 * 1024;

const MAGIC = 0x5a;
const VERSION = 1;

/** The flag with which a node asks all others for their totals. */
const ASKS = 1;

const AT = {
  flags: 2,
  node: 4,
  counter: 12,
  total: 20,
  count: 28,
  stream: 32,
  after: 40,
} as const;

/** What the header says. */
export interface BatchHeader {
  /** The node that published it: random, new each time a node starts. */
  readonly node: bigint;
  /** The node's batches are numbered from 1. */
  readonly counter: number;
  /** How many messages the node has put into all earlier batches. */
  readonly total: number;
  /** Whether every other node shall say its total with its next batch. */
  readonly asks: boolean;
  /**
   * The stream for which it was published: when that was made, in milliseconds. A
   * batch that arrives so late that it gets into another has been counted as lost.
   */
  readonly stream: number;
  /**
   * Up to which entry its node had read the stream when it sent the batch for the
   * first time. The engine stores it behind that, however often it is sent.
   */
  readonly after: number;
}

/** A batch as it was read. */
export interface Batch extends BatchHeader {
  /** Its frames; none in a batch that only says a total. */
  readonly run: Run;
}

/** Writes a header into the first bytes of `batch`. */
export function writeHeader(
  batch: Uint8Array,
  { node, counter, total, asks, stream, after }: BatchHeader,
  count: number,
): void {
  const view = new DataView(batch.buffer, batch.byteOffset, BATCH_HEADER);
  view.setUint16(0, MAGIC << 8 | VERSION);
  view.setUint8(AT.flags, asks ? ASKS : 0);
  view.setBigUint64(AT.node, node);
  view.setBigUint64(AT.counter, BigInt(counter));
  view.setBigUint64(AT.total, BigInt(total));
  view.setUint32(AT.count, count);
  view.setFloat64(AT.stream, stream);
  view.setBigUint64(AT.after, BigInt(after));
}

/**
 * Reads a batch; `undefined` if the bytes are none: foreign, of a newer version, or
 * with frames that are cut or not as many as the header says.
 */
export function readBatch(bytes: Uint8Array<ArrayBuffer>): Batch | undefined {
  if (bytes.length < BATCH_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint16(0) !== (MAGIC << 8 | VERSION)) return undefined;
  const frames = bytes.subarray(BATCH_HEADER);
  const run = leadingRun(frames);
  if (run.bytes.length !== frames.length) return undefined;
  if (run.count !== view.getUint32(AT.count)) return undefined;
  const counter = Number(view.getBigUint64(AT.counter));
  const total = Number(view.getBigUint64(AT.total));
  if (counter < 1 || !Number.isSafeInteger(counter + total)) return undefined;
  return {
    node: view.getBigUint64(AT.node),
    counter,
    total,
    asks: (view.getUint8(AT.flags) & ASKS) !== 0,
    stream: view.getFloat64(AT.stream),
    after: Number(view.getBigUint64(AT.after)),
    run,
  };
}

/** The id by which the engine recognizes a batch that it has stored. */
export function batchId({ node, counter }: BatchHeader): string {
  return `${node.toString(16)}:${counter}`;
}
