/**
 * The error of a server that cannot be tested. Thrown where servers are started and
 * connected to; the command prints it.
 *
 * @module
 */

/** The server cannot be tested. The message is one line that says why. */
export class StartError extends Error {
  /** The name of this class. */
  override readonly name = "StartError";

  /** @param stderr The end of what the server printed to standard error. */
  constructor(message: string, readonly stderr = "") {
    super(message);
  }
}

/**
 * The reason why the system refused to start, listen or connect, in a few words.
 *
 * @param what What is missing if it was not found.
 */
export function reason(error: unknown, what = "executable"): string {
  if (error instanceof Deno.errors.NotFound) return `there is no such ${what}`;
  if (error instanceof Deno.errors.InvalidData) {
    const [, why] = /certificate: (.*)/.exec(error.message) ?? [];
    if (why) return `its certificate is not trusted: ${why}; see --tls-ca`;
  }
  if (error instanceof Deno.errors.PermissionDenied) return "it is not allowed";
  if (error instanceof Deno.errors.AddrInUse) return "the address is taken";
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "the address is not one of this machine";
  }
  if (error instanceof Deno.errors.ConnectionRefused) {
    return "it refuses connections";
  }
  return systemText(error);
}

/** The system's own words for an error, without its number. */
export function systemText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, words] = /^(.*) \(os error \d+\)/.exec(text) ?? [];
  return words ? words[0]!.toLowerCase() + words.slice(1) : text;
}
