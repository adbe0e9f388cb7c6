import { concat as untyped } from "npm:deno-std@1.4.0/bytes/concat.js";

/** Joins byte arrays into one. */
export const concat: (
  buffers: readonly Uint8Array[],
) => Uint8Array<ArrayBuffer> = untyped;
