/**
 * The errors of input and output, by what they mean. Everything that reads or
 * writes a socket or a stream asks here which errors it expects, and passes on
 * the others.
 *
 * An error is known by its name, as Deno's classes have it, or by the system's
 * code, as Node's errors have it and Deno's where they have no class.
 *
 * @module
 */

/** We closed the socket ourselves: before the call, or while it was pending. */
const CLOSED = new Set(["BadResource", "Interrupted", "EBADF", "EINTR"]);

/** A peer that connected and left before we accepted it, on various systems. */
const ABORTED_BEFORE_ACCEPT = new Set([
  ...["ConnectionAborted", "ConnectionReset", "NotConnected"],
  ...["ECONNABORTED", "ECONNRESET", "ENOTCONN"],
]);

/** The reader of a pipe, or the peer of a connection, has left. */
const BROKEN_PIPE = new Set(["BrokenPipe", "EPIPE"]);

/** The connection is over: by us, by the peer, or by the network between. */
const DISCONNECT = new Set([
  ...CLOSED,
  ...ABORTED_BEFORE_ACCEPT,
  ...BROKEN_PIPE,
  ...["TimedOut", "ETIMEDOUT"],
  ...["EHOSTUNREACH", "ENETDOWN", "ENETRESET", "ENETUNREACH", "EPROTO"],
  // Of TLS: what the peer sent is not TLS, or it left without a `close_notify`.
  ...["InvalidData", "UnexpectedEof"],
]);

/** What went wrong, where the system's own words say it less plainly. */
const WORDS: Readonly<Record<string, string>> = {
  AddrInUse: "the port is taken",
  EADDRINUSE: "the port is taken",
  AddrNotAvailable: "the address is not this machine's",
  EADDRNOTAVAIL: "the address is not this machine's",
  PermissionDenied: "permission denied by the system",
  EACCES: "permission denied by the system",
  EPERM: "permission denied by the system",
};

/**
 * Whether `error` means that the connection is over, and nothing else. Such an
 * error is no fault of the program: it ends one connection and needs no report.
 *
 * True of every way in which a peer or the network ends a connection (reset,
 * aborted, timed out, unreachable, broken off inside TLS), and of a read or write
 * on a connection that the program closed itself. Errors of Deno are known by
 * their class, those of Node by their `code`.
 */
export function isDisconnect(error: unknown): boolean {
  return isOneOf(DISCONNECT, error);
}

/** Whether `error` means that we closed the socket or listener ourselves. */
export function isClosed(error: unknown): boolean {
  return isOneOf(CLOSED, error);
}

/** Whether accepting failed because a peer left too early, which says nothing of the next. */
export function isAbortedBeforeAccept(error: unknown): boolean {
  return isOneOf(ABORTED_BEFORE_ACCEPT, error);
}

/** Whether `error` means that nobody reads the pipe or the connection any more. */
export function isBrokenPipe(error: unknown): boolean {
  return isOneOf(BROKEN_PIPE, error);
}

/** What went wrong, as one plain line that can follow "cannot listen on …: ". */
export function describeError(error: unknown): string {
  const known = names(error).find((name) => Object.hasOwn(WORDS, name));
  if (known !== undefined) return WORDS[known]!;
  const message = error instanceof Error ? error.message : String(error);
  return message
    // The number says nothing to a person, nor do the call and the path behind it.
    .replace(/ \(os error \d+\)(?:: \w+ '.*')?$/s, "")
    .replaceAll(/\s+/g, " ")
    .replace(/^Cannot/, "cannot");
}

function isOneOf(kind: ReadonlySet<string>, error: unknown): boolean {
  return names(error).some((name) => kind.has(name));
}

/** The name of an error's class and the system's code for it, as far as it has them. */
function names(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { name, code } = error as Error & { code?: unknown };
  return [name, String(code)];
}
