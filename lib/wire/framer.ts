/**
 * The framer: cuts a stream of bytes into runs of whole frames. Everything that
 * reads a socket reads through it: the server's connections and the clients with
 * {@linkcode frames}, programs with a read loop of their own with {@linkcode Framer}.
 * A run starts and ends on the edge of a frame, however the bytes arrived.
 *
 * @module
 */
import { HEADER, leadingRun, MAX_BODY } from "./frame.ts";
import type { Run } from "./run.ts";

export type { Run };

/**
 * The sizes of the read buffer, in bytes. An idle connection costs what its
 * pending read holds, so waiting begins at the smallest; a busy one should
 * bring in as much as it can for each system call, so a read that fills its
 * buffer is followed by one of the next size, and any other by one of the size
 * below. The smallest is larger than any frame, so a frame always fits.
 */
const SIZES = [512, 8 * 1024, 64 * 1024] as const;

/** Any frame must fit, or a reader would wait for ever for the rest of it. */
const MIN_BUFFER = HEADER + MAX_BODY;

/** The most buffers of each size that are kept for later use. */
const MAX_SPARES = 16;

/** Buffers that framers exchanged for larger or smaller ones, by index in `SIZES`. */
const spares = SIZES.map((): Uint8Array<ArrayBuffer>[] => []);

/** Where bytes come from, as `Deno.Conn` and `Deno.FsFile` read them. */
export interface ByteSource {
  /**
   * Reads into `buffer`.
   *
   * @returns How many bytes, at least one; `null` at the end.
   */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
}

/** The source ended inside a frame. What there was of the frame is discarded. */
export class TruncatedFrameError extends Error {
  /** The name of this class. */
  override readonly name = "TruncatedFrameError";

  /**
   * Made by {@linkcode Framer.end}.
   *
   * @param received The bytes there were, the header included.
   * @param expected The bytes the whole frame has, the header included.
   */
  constructor(readonly received: number, readonly expected: number) {
    super(
      `Cannot complete the frame: the end came after ${received} of its ${expected} bytes`,
    );
  }
}

/** Options of a {@linkcode Framer}. */
export interface FramerOptions {
  /**
   * Bytes of a buffer that is never exchanged, at least 256: one frame of the
   * longest kind. Without it the buffer follows the traffic, 512 bytes to 64 KiB.
   */
  bufferSize?: number;
}

/**
 * Cuts a stream of bytes into runs of whole frames, one read at a time: read into
 * {@linkcode Framer.buffer}, then {@linkcode Framer.push} what was read.
 *
 * The framer owns the buffer and copies nothing but the frame that a read left
 * incomplete, at most 255 bytes.
 *
 * @example Bytes as they arrive
 * ```ts
 * import { Framer } from "@zillions/server/framer";
 * import { assertEquals } from "@std/assert";
 *
 * const framer = new Framer({ bufferSize: 4096 });
 * const counts = [[2, 104], [105, 0, 1], [33]].map((arrived) => {
 *   framer.buffer.set(arrived);
 *   return framer.push(arrived.length).count;
 * });
 * framer.end();
 * assertEquals(counts, [0, 2, 1]);
 * ```
 */
export class Framer {
  #buffer: Uint8Array<ArrayBuffer>;
  /** The index of the buffer's size in `SIZES`; `undefined` for a fixed buffer. */
  #size: number | undefined;
  /** From here to `#filled` the buffer holds an incomplete frame, or nothing. */
  #begun = 0;
  #filled = 0;
  /** Whether the buffer has been handed out since the last `push`: then `#begun` is 0. */
  #lent = false;

  /**
   * Allocates the buffer.
   *
   * @throws {RangeError} If `bufferSize` is not an integer of at least 256.
   */
  constructor({ bufferSize }: FramerOptions = {}) {
    if (bufferSize === undefined) {
      this.#size = 0;
      this.#buffer = take(0);
      return;
    }
    if (!Number.isSafeInteger(bufferSize) || bufferSize < MIN_BUFFER) {
      throw new RangeError(
        `Cannot make a buffer of ${bufferSize} bytes: ${MIN_BUFFER} is the least`,
      );
    }
    this.#buffer = new Uint8Array(bufferSize);
  }

  /**
   * The free part of the buffer, at least one byte: read into it. Valid until
   * {@linkcode Framer.push}. Asking for it ends the life of the last run.
   */
  get buffer(): Uint8Array<ArrayBuffer> {
    if (!this.#lent) this.#makeRoom();
    this.#lent = true;
    return this.#filled === 0
      ? this.#buffer
      : this.#buffer.subarray(this.#filled);
  }

  /**
   * Says that `length` bytes were read into the buffer.
   *
   * @returns The whole frames now complete, a view of the buffer; its `count` is 0
   * where there are none. Valid until {@linkcode Framer.buffer} is next asked for:
   * copy what should last longer.
   * @throws {RangeError} If the buffer that was handed out has no such room.
   */
  push(length: number): Run {
    const room = this.#lent ? this.#buffer.length - this.#filled : 0;
    if (!(length >= 0 && length <= room)) {
      throw new RangeError(
        `Cannot push ${length} bytes: the buffer has room for ${room}`,
      );
    }
    this.#lent = false;
    this.#filled += length;
    const run = leadingRun(this.#buffer.subarray(0, this.#filled));
    this.#begun = run.bytes.length;
    return run;
  }

  /**
   * Says that the source has ended.
   *
   * @throws {TruncatedFrameError} If it ended inside a frame.
   */
  end(): void {
    const received = this.#filled - this.#begun;
    if (received > 0) {
      const expected = HEADER + this.#buffer[this.#begun]!;
      throw new TruncatedFrameError(received, expected);
    }
  }

  /** Moves the incomplete frame to the start of the buffer that the next read fills. */
  #makeRoom(): void {
    const previous = this.#buffer;
    const begun = this.#begun;
    const filled = this.#filled;
    const exchanged = this.#followTraffic();
    if (begun < filled && (begun > 0 || exchanged)) {
      this.#buffer.set(previous.subarray(begun, filled));
    }
    this.#begun = 0;
    this.#filled = filled - begun;
  }

  /** Exchanges the buffer if the last read calls for another size. */
  #followTraffic(): boolean {
    const size = this.#size;
    if (size === undefined) return false;
    const next = this.#filled === this.#buffer.length
      ? Math.min(size + 1, SIZES.length - 1)
      : Math.max(size - 1, 0);
    if (next === size) return false;
    give(size, this.#buffer);
    this.#buffer = take(next);
    this.#size = next;
    return true;
  }
}

/**
 * Reads `source` to its end and yields every whole frame a read completes, at
 * once, as one run of the bytes that arrived.
 *
 * A run's bytes are valid until the next run is asked for: they are the read
 * buffer itself. Copy what should last longer. Nothing is read ahead: as long as
 * the consumer holds a run, the source waits.
 *
 * @throws {TruncatedFrameError} If the source ends inside a frame; at a clean end
 * the generator returns.
 *
 * @example Frames however they were cut
 * ```ts
 * import { frames } from "@zillions/server/framer";
 * import { assertEquals } from "@std/assert";
 *
 * const reads = [[2, 104], [105, 0, 1], [33]].map((bytes) => new Uint8Array(bytes));
 * const source = {
 *   read(buffer: Uint8Array) {
 *     const bytes = reads.shift();
 *     buffer.set(bytes ?? []);
 *     return Promise.resolve(bytes?.length ?? null);
 *   },
 * };
 * const runs = [];
 * for await (const { bytes, count } of frames(source)) runs.push([count, ...bytes]);
 * assertEquals(runs, [[2, 2, 104, 105, 0], [1, 1, 33]]);
 * ```
 */
export async function* frames(
  source: ByteSource,
): AsyncGenerator<Run, void, void> {
  const framer = new Framer();
  for (;;) {
    const read = await source.read(framer.buffer);
    if (read === null) return framer.end();
    const run = framer.push(read);
    if (run.count > 0) yield run;
  }
}

function take(size: number): Uint8Array<ArrayBuffer> {
  return spares[size]!.pop() ?? new Uint8Array(SIZES[size]!);
}

function give(size: number, buffer: Uint8Array<ArrayBuffer>): void {
  if (spares[size]!.length < MAX_SPARES) spares[size]!.push(buffer);
}
