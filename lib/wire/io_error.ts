/**
 * The errors that say no more than "the peer is gone": the one place that names
 * them. Whoever reads or writes a socket asks here and passes on the rest.
 *
 * @module
 */

const CLASSES = [
  Deno.errors.BadResource, // closed by ourselves, before
  Deno.errors.BrokenPipe,
  Deno.errors.ConnectionAborted,
  Deno.errors.ConnectionReset,
  Deno.errors.Interrupted, // closed by ourselves, meanwhile
  Deno.errors.NotConnected,
  Deno.errors.TimedOut,
  // Of TLS: what the peer says is none, or it left without saying so.
  Deno.errors.InvalidData,
  Deno.errors.UnexpectedEof,
];

/** Errors of the network on the way, for which `Deno.errors` has no classes. */
const CODES = new Set([
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETRESET",
  "ENETUNREACH",
  "EPROTO",
]);

/** Whether `error` means that the connection is over, and nothing else. */
export function isDisconnect(error: unknown): boolean {
  return error instanceof Error &&
    (CLASSES.some((gone) => error instanceof gone) ||
      "code" in error && CODES.has(error.code as string));
}
