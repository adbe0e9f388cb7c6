/**
 * The bodies of reference mode: a publisher's id, then bytes that look random. As in
 * the reference tester, a body does not carry its sequence number; a repetition finds
 * the number by comparing the body with those that the publisher has sent.
 *
 * @module
 */
import { MAX_BODY } from "@zillions/server/frame";
import { fill, GOLDEN, hash, isFill } from "./bodies.ts";

/** Bytes of an id. Every body begins with one. */
export const ID_BYTES = 8;

/** How many lengths there are, from an id alone to the longest body. */
const LENGTHS = MAX_BODY - ID_BYTES + 1;

/** The body that is an id alone. */
export function idBody(id: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(ID_BYTES);
  new DataView(body.buffer).setBigUint64(0, BigInt(id), true);
  return body;
}

/** The id that `body` begins with; -1 if it is too short. */
export function idOf(body: DataView): number {
  return body.byteLength < ID_BYTES ? -1 : Number(body.getBigUint64(0, true));
}

/** The body of the `n`-th message of the publisher with this id. */
export function referenceBody(id: number, n: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(lengthOf(id, n));
  body.set(idBody(id));
  fill(new DataView(body.buffer), ID_BYTES, body.length, ~keyOf(id, n));
  return body;
}

/**
 * The sequence number of `body`, a message of the publisher with this id. The
 * expected number `next` is tried first, then later ones, then earlier ones.
 *
 * @param sent How many messages the publisher has sent.
 * @returns `undefined` if the publisher has not sent this body.
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
  return body.byteLength === length &&
    isFill(body, ID_BYTES, length, ~keyOf(id, n));
}

function lengthOf(id: number, n: number): number {
  return ID_BYTES + (hash(keyOf(id, n)) >>> 8) % LENGTHS;
}

function keyOf(id: number, n: number): number {
  return Math.imul(id, GOLDEN) ^ n;
}
