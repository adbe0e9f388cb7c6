/**
 * Writes text to a stream or a file, all of it.
 *
 * @module
 */

/** Writes all of `text`. */
export function writeAll(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
}
