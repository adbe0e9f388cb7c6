/**
 * The intake: how the tester's clients read. Its one rule: a read costs as little
 * as it can, for what the tester spends on reading looks like the server's
 * latency. The framer's buffer follows the traffic, so that idle connections are
 * small; this one is large from the beginning and never exchanged.
 *
 * @module
 */
import { HEADER, leadingRun } from "../wire/frame.ts";
import { type ByteSource, TruncatedFrameError } from "../wire/framer.ts";

/** Bytes of a client's read buffer. */
const BUFFER = 64 * 1024;

/**
 * Reads `source` to its end and hands each run of whole frames to `take`, which
 * must be done with it when it returns.
 *
 * @throws {TruncatedFrameError} If the source ends inside a frame.
 */
export async function takeFrames(
  source: ByteSource,
  take: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const buffer = new Uint8Array(BUFFER);
  let begun = 0; // bytes of a frame that is not whole yet, at the start of the buffer
  for (;;) {
    const read = await source.read(buffer.subarray(begun));
    if (read === null) break;
    const filled = begun + read;
    const { bytes, count } = leadingRun(buffer.subarray(0, filled));
    if (count > 0) take(bytes);
    begun = filled - bytes.length;
    if (begun > 0) buffer.copyWithin(0, bytes.length, filled);
  }
  if (begun > 0) throw new TruncatedFrameError(begun, HEADER + buffer[0]!);
}
