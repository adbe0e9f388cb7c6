/**
 * Frame buffers: what a header and its payload are put together in, so that both go out
 * in one write. That is cheaper than a write for the header alone, also for 64 KiB. The
 * WebSockets of a process share a few, which each keeps only until a write has taken
 * something: a client that takes nothing keeps one.
 *
 * @module
 */

/** The longest payload that is copied, in bytes: a chunk of the log. */
const MAX_PAYLOAD = 64 * 1024;

/** Room for a header before it; a server's has no key. */
const MAX_HEADER = 10;

/**
 * The most buffers: 4 MiB. Clients beyond these are sent the header first, and then the
 * payload from where it is.
 */
const MAX_BUFFERS = 64;

/** Up to so many bytes, a payload gets a buffer of its own when none is free. */
const MAX_SMALL = 8 * 1024;

/** Buffers that nobody uses. */
const free: Uint8Array<ArrayBuffer>[] = [];

/** How many there are, used or not. */
let count = 0;

/** A frame in a buffer, until {@linkcode releaseFrame}; `undefined` if there is none free. */
export function bufferFrame(
  header: Uint8Array,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const { length } = payload;
  const buffer = length <= MAX_PAYLOAD && takeBuffer() ||
    length <= MAX_SMALL && new Uint8Array(header.length + length);
  if (!buffer) return undefined;
  buffer.set(header);
  buffer.set(payload, header.length);
  return buffer.subarray(0, header.length + length);
}

/** Says that no write uses the frame any more. */
export function releaseFrame({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (buffer.byteLength === MAX_HEADER + MAX_PAYLOAD) {
    free.push(new Uint8Array(buffer));
  }
}

function takeBuffer(): Uint8Array<ArrayBuffer> | undefined {
  if (free.length > 0 || count === MAX_BUFFERS) return free.pop();
  count++;
  return new Uint8Array(MAX_HEADER + MAX_PAYLOAD);
}
