/**
 * The framer: cuts a stream of bytes into runs of whole frames. Everything that
 * reads a socket reads through it: the server's connections and the clients with
 * {@linkcode frames}, programs with a read loop of their own with {@linkcode Framer}.
 * A run starts and ends on the edge of a frame, however the bytes arrived.
 *
 * @module
 */
import { HEADER, leadingRun, MAX_BODY } from "./frame.ts";
import { move, ReadBuffer } from "./read_buffer.ts";
import type { Run } from "./run.ts";

export type { Run };

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
   * longest kind. Without it the buffer follows the traffic, 512 bytes to 64 KiB (8
   * KiB while 256 others have one of 64 KiB).
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
export class Framer implements Disposable {
  readonly #buffer: ReadBuffer;
  /** The bytes of an incomplete frame, at the start of `#copy`. */
  #begun = 0;
  /** A copy, because a consumer may transfer the buffer of a run away. */
  #copy: Uint8Array<ArrayBuffer> | undefined;
  /** Whether the last read filled the buffer. */
  #isFilled = false;
  /** The free bytes handed out since the last `push`, or 0. */
  #room = 0;

  /**
   * Allocates the buffer.
   *
   * @throws {RangeError} If `bufferSize` is not an integer of at least 256.
   */
  constructor({ bufferSize }: FramerOptions = {}) {
    this.#buffer = new ReadBuffer(bufferSize);
  }

  /**
   * The free part of the buffer, at least one byte: read into it. Valid until
   * {@linkcode Framer.push}. Asking for it ends the life of the last run.
   */
  get buffer(): Uint8Array<ArrayBuffer> {
    if (this.#room === 0) {
      this.#buffer.renew(this.#isFilled);
      move(this.#copy!, 0, this.#buffer.bytes, this.#begun);
      this.#room = this.#buffer.bytes.length - this.#begun;
    }
    const { bytes } = this.#buffer;
    return this.#begun === 0 ? bytes : bytes.subarray(this.#begun);
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
    if (!(length >= 0 && length <= this.#room)) {
      throw new RangeError(
        `Cannot push ${length} bytes: the buffer has room for ${this.#room}`,
      );
    }
    this.#isFilled = length === this.#room;
    this.#room = 0;
    const { bytes } = this.#buffer;
    const end = this.#begun + length;
    const run = leadingRun(bytes.subarray(0, end));
    this.#begun = end - run.bytes.length;
    if (this.#begun > 0) {
      this.#copy ??= new Uint8Array(MAX_BODY);
      move(bytes, run.bytes.length, this.#copy, this.#begun);
    }
    return run;
  }

  /**
   * Says that the source has ended.
   *
   * @throws {TruncatedFrameError} If it ended inside a frame.
   */
  end(): void {
    if (this.#begun > 0) {
      throw new TruncatedFrameError(this.#begun, HEADER + this.#copy![0]!);
    }
  }

  /**
   * Says that nothing more is read. At most 256 framers at a time have a buffer of
   * 64 KiB; this one is not among them any more.
   */
  [Symbol.dispose](): void {
    this.#buffer[Symbol.dispose]();
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
  using framer = new Framer();
  for (;;) {
    const read = await source.read(framer.buffer);
    if (read === null) return framer.end();
    const run = framer.push(read);
    if (run.count > 0) yield run;
  }
}
