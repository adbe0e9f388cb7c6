/**
 * Writes all of some bytes to a sink that may take only a part of them at a time.
 * Clients and commands write through it. A connection of the server has its own
 * loop, because it counts what each write took.
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
