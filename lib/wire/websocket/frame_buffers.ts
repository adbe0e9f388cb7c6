/**
 * Frame buffers: what a header and its payload are put together in, so that both go out
 * in one write. That is cheaper than a write for the header alone, also for 64 KiB. The
 * WebSockets of a process share a few, which each keeps only until a write has taken
 * something: a client that takes nothing keeps one.
 *
 * @module
 */

/** Room for a chunk of the log, and for a header before it; a server's has no key. */
const SIZE = 64 * 1024 + 10;

/**
 * The most buffers: 4 MiB. Clients beyond these are sent the header first, and then the
 * payload from where it is.
 */
const MAX_BUFFERS = 64;

/** Up to so many bytes, a frame gets a buffer of its own when none is free. */
const MAX_SMALL = 8 * 1024;

/** Buffers that nobody uses; `undefined` stands for one that is not made yet. */
const free: (Uint8Array<ArrayBuffer> | undefined)[] = Array(MAX_BUFFERS)
  .fill(undefined);

/** A frame in a buffer, until {@linkcode releaseFrame}; `undefined` if there is none free. */
export function bufferFrame(
  header: Uint8Array,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const length = header.length + payload.length;
  const buffer = takeBuffer(length);
  if (!buffer) return undefined;
  buffer.set(header);
  buffer.set(payload, header.length);
  return buffer.subarray(0, length);
}

/** Says that no write uses the frame any more. */
export function releaseFrame({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (buffer.byteLength === SIZE) free.push(new Uint8Array(buffer));
}

function takeBuffer(length: number): Uint8Array<ArrayBuffer> | undefined {
  if (length <= SIZE && free.length > 0) {
    return free.pop() ?? new Uint8Array(SIZE);
  }
  return length <= MAX_SMALL ? new Uint8Array(length) : undefined;
}
