/** Bytes for tests. */

/** A body of `length` bytes, different from those of other lengths. */
export function bodyOf(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (7 * i + length) % 256);
}

/** `bytes` cut at every multiple of `size`. */
export function chunksOf(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
): Uint8Array<ArrayBuffer>[] {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += size) {
    chunks.push(bytes.subarray(at, at + size));
  }
  return chunks;
}

/** A source that brings exactly `chunks`, one a read, unless the buffer is smaller. */
export class Chunks {
  /** The size of the buffer of each read. */
  readonly asked: number[] = [];
  readonly #chunks: Uint8Array<ArrayBuffer>[];

  constructor(chunks: Iterable<Uint8Array<ArrayBuffer>>) {
    this.#chunks = [...chunks].filter((chunk) => chunk.length > 0);
  }

  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    this.asked.push(buffer.length);
    const chunk = this.#chunks.shift();
    if (!chunk) return Promise.resolve(null);
    const taken = chunk.subarray(0, buffer.length);
    buffer.set(taken);
    if (taken.length < chunk.length) {
      this.#chunks.unshift(chunk.subarray(taken.length));
    }
    return Promise.resolve(taken.length);
  }
}
