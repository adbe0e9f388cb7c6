/**
 * The framer: from a source of bytes to runs of whole frames. Connections and
 * clients read through it. Its one rule: what it yields starts and ends on the
 * edge of a frame, however the bytes arrived.
 *
 * @module
 */
import { HEADER, leadingRun } from "./frame.ts";
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

/** The most buffers of each size that are kept for the next who needs one. */
const MAX_SPARES = 16;

/** Buffers that were exchanged for larger or smaller ones, by size. */
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
   * Made by {@linkcode frames}.
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
  let size = 0;
  let buffer = take(size);
  let begun = 0; // bytes of a frame that is not whole yet, at the start of the buffer
  for (;;) {
    const read = await source.read(
      begun === 0 ? buffer : buffer.subarray(begun),
    );
    if (read === null) {
      if (begun > 0) throw new TruncatedFrameError(begun, HEADER + buffer[0]!);
      return;
    }
    const filled = begun + read;
    const run = leadingRun(buffer.subarray(0, filled));
    if (run.count > 0) yield run;

    const rest = run.bytes.length;
    begun = filled - rest;
    const next = filled === buffer.length
      ? Math.min(size + 1, SIZES.length - 1)
      : Math.max(size - 1, 0);
    if (next === size) {
      if (begun > 0) buffer.copyWithin(0, rest, filled);
    } else {
      const other = take(next);
      if (begun > 0) other.set(buffer.subarray(rest, filled));
      give(size, buffer);
      buffer = other;
      size = next;
    }
  }
}

function take(size: number): Uint8Array<ArrayBuffer> {
  return spares[size]!.pop() ?? new Uint8Array(SIZES[size]!);
}

function give(size: number, buffer: Uint8Array<ArrayBuffer>): void {
  if (spares[size]!.length < MAX_SPARES) spares[size]!.push(buffer);
}
