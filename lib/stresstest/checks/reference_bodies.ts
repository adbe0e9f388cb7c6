/**
 * The bodies of reference mode: a publisher's id, then bytes that look random. As
 * in the reference, nothing in them says which message of the publisher it is;
 * that is found out by comparing. A repetition writes and recognizes them.
 *
 * @module
 */
import { MAX_BODY } from "@zillions/server/frame";
import { fill, isFill, scatter } from "./bodies.ts";

/** The bytes of an id, with which every message begins. */
export const ID = 8;

/** How many lengths there are: from an id alone to the longest body. */
const LENGTHS = MAX_BODY - ID + 1;

/** The body that is an id alone. */
export function idBody(id: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(ID);
  new DataView(body.buffer).setBigUint64(0, BigInt(id), true);
  return body;
}

/** The id that `body` begins with; -1 if it is too short. */
export function idOf(body: DataView): number {
  return body.byteLength < ID ? -1 : Number(body.getBigUint64(0, true));
}

/** The body of the `n`-th message of the publisher with this id. */
export function referenceBody(id: number, n: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(lengthOf(id, n));
  body.set(idBody(id));
  fill(new DataView(body.buffer), ID, body.length, ~keyOf(id, n));
  return body;
}

/**
 * Which message of the publisher with this id `body` is: most likely the one
 * that is `next`, or else one after it, or else one before.
 *
 * @param sent How many there are.
 * @returns `undefined` if it is none.
 */
export function recognize(
  body: DataView,
  id: number,
  next: number,
  sent: number,
): number | undefined {
  for (let n = next; n < sent; n++) if (is(body, id, n)) return n;
  for (let n = next - 1; n >= 0; n--) if (is(body, id, n)) return n;
  return undefined;
}

function is(body: DataView, id: number, n: number): boolean {
  const length = lengthOf(id, n);
  return body.byteLength === length && isFill(body, ID, length, ~keyOf(id, n));
}

function lengthOf(id: number, n: number): number {
  return ID + (scatter(keyOf(id, n)) >>> 8) % LENGTHS;
}

function keyOf(id: number, n: number): number {
  return Math.imul(id, 0x9e3779b1) ^ n;
}
