/**
 * Reading a request: the bytes of a connection up to the end of the first head. The
 * server gives it some seconds and some kilobytes.
 *
 * @module
 */
import type { Refusal } from "./answer.ts";
import { parseHead, type RequestHead } from "./request.ts";
import { within } from "./within.ts";

/** The longest head of a request, in bytes. */
const MAX_HEAD = 8 * 1024;

/** How many bytes of a head are read first; most are shorter. */
const FIRST_READ = 1024;

/** A request, and the connection that it came by. */
export interface HttpRequest extends RequestHead {
  readonly socket: Deno.Conn;
  /** What arrived behind the head. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

const LATE: Refusal = {
  reason: "timeout",
  status: 408,
  text: "the request takes too long",
};

const TOO_LONG: Refusal = {
  reason: "head",
  status: 431,
  text: `the head of a request has ${MAX_HEAD} bytes at most`,
};

const MALFORMED: Refusal = {
  reason: "malformed",
  status: 400,
  text: "this is not an HTTP request",
};

/**
 * The request that a connection begins with; `null` if it ends before one begins.
 *
 * @param timeout How long the head may take to arrive, in milliseconds.
 */
export function readRequest(
  socket: Deno.Conn,
  timeout: number,
): Promise<HttpRequest | Refusal | null> {
  return within(readHead(socket), timeout, LATE);
}

async function readHead(
  socket: Deno.Conn,
): Promise<HttpRequest | Refusal | null> {
  let buffer = new Uint8Array(FIRST_READ);
  let filled = 0;
  for (;;) {
    if (filled === MAX_HEAD) return TOO_LONG;
    if (filled === buffer.length) {
      const larger = new Uint8Array(2 * filled);
      larger.set(buffer);
      buffer = larger;
    }
    const read = await socket.read(buffer.subarray(filled));
    if (read === null) return filled === 0 ? null : MALFORMED;
    const end = findEnd(buffer, Math.max(filled - 3, 0), filled += read);
    if (end === undefined) continue;
    const head = parseHead(latin1(buffer.subarray(0, end)));
    if (!head) return MALFORMED;
    return { ...head, socket, rest: buffer.slice(end + 4, filled) };
  }
}

const [CR, LF] = [13, 10];

/** Where the first empty line is in `bytes`. */
function findEnd(
  bytes: Uint8Array,
  from: number,
  to: number,
): number | undefined {
  for (let at = from; at + 3 < to; at++) {
    if (
      bytes[at] === CR && bytes[at + 1] === LF && bytes[at + 2] === CR &&
      bytes[at + 3] === LF
    ) return at;
  }
  return undefined;
}

/** Each byte as a character: a head that is not ASCII stays what it is. */
function latin1(bytes: Uint8Array): string {
  // Spread, they would be as many values of an iterator: a third of a handshake's memory.
  return String.fromCharCode.apply(undefined, bytes as unknown as number[]);
}
