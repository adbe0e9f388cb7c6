import { equals as untyped } from "npm:deno-std@1.4.0/bytes/equals.js";

/** Whether two byte arrays hold the same bytes. */
export const equals: (a: Uint8Array, b: Uint8Array) => boolean = untyped;
