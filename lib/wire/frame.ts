/**
 * The frame of the wire: one header byte that says how long the body is, then
 * the body, 0 to 255 bytes. Nothing here waits, keeps or copies more than it
 * says; {@link https://jsr.io/@zillions/server/doc/framer | the framer} is what
 * cuts a stream into frames.
 *
 * @example Bodies to bytes and back
 * ```ts
 * import { bodies, encode } from "@zillions/server/frame";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = encode("hello");
 * assertEquals(frame, new Uint8Array([5, 104, 101, 108, 108, 111]));
 * const texts = [...bodies(frame)].map((body) => new TextDecoder().decode(body));
 * assertEquals(texts, ["hello"]);
 * ```
 *
 * @module
 */
import { describeType, isBytes } from "./bytes.ts";
import type { Run } from "./run.ts";

export type { Run };

/** The bytes of a header. */
export const HEADER = 1;

/** The most bytes a body can have: what one header byte can say. */
export const MAX_BODY = 255;

const utf8 = new TextEncoder();

/**
 * The frame that carries `body`; a string is carried as UTF-8.
 *
 * @param body 0 to {@linkcode MAX_BODY} bytes.
 * @returns A new array of `HEADER + body.length` bytes.
 * @throws {RangeError} If the body is longer than {@linkcode MAX_BODY}.
 * @throws {TypeError} If the body is something else.
 */
export function encode(body: Uint8Array | string): Uint8Array<ArrayBuffer> {
  const bytes = typeof body === "string" ? utf8.encode(body) : body;
  if (!isBytes(bytes)) {
    throw new TypeError(
      `Cannot encode ${describeType(body)}: a body is a string or a Uint8Array`,
    );
  }
  if (bytes.length > MAX_BODY) {
    throw new RangeError(
      `Cannot encode a body of ${bytes.length} bytes: ${MAX_BODY} is the most`,
    );
  }
  const frame = new Uint8Array(HEADER + bytes.length);
  frame[0] = bytes.length;
  frame.set(bytes, HEADER);
  return frame;
}

/**
 * The run of whole frames that `bytes` begins with. What follows it is a frame
 * that has begun, or nothing.
 *
 * One hop a frame, from header to header: bodies are neither read nor copied.
 */
export function leadingRun(bytes: Uint8Array<ArrayBuffer>): Run {
  const { length } = bytes;
  let end = 0;
  let count = 0;
  while (end < length) {
    const next = end + HEADER + bytes[end]!;
    if (next > length) break;
    end = next;
    count++;
  }
  return { bytes: bytes.subarray(0, end), count };
}

/**
 * The bodies of the whole frames in `bytes`, in order, as views of it.
 * A frame that `bytes` ends within is left out.
 */
export function* bodies(
  bytes: Uint8Array<ArrayBuffer>,
): Generator<Uint8Array<ArrayBuffer>, void> {
  for (let at = 0;;) {
    const length = bytes[at];
    if (length === undefined) return;
    const end = at + HEADER + length;
    if (end > bytes.length) return;
    yield bytes.subarray(at + HEADER, end);
    at = end;
  }
}
