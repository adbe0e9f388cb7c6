/**
 * Writing: all of some bytes, to whatever may take only a part of them at a time.
 * Clients and their terminals write through it; a connection counts what each
 * write took, and has its own loop.
 *
 * @module
 */

/** Where bytes go, as `Deno.Conn` and `Deno.stdout` write them. */
export interface ByteSink {
  /**
   * Writes some of `bytes`.
   *
   * @returns How many, at least one unless there are none.
   */
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes all of `bytes`, which must not change until then. */
export async function writeAll(
  sink: ByteSink,
  bytes: Uint8Array,
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await sink.write(rest));
  }
}
