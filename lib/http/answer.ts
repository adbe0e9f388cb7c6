/**
 * Answers: what an HTTP server says to a request, refusals among them.
 *
 * @module
 */

/** An answer to a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/**
 * Why an HTTP server refuses a request, whatever it serves:
 *
 * - `path`: there is nothing at that path (404);
 * - `method`: it is neither GET nor HEAD (405);
 * - `host`: the Host header is a name that is not known to be the server's (403);
 * - `malformed`: it is no HTTP request (400);
 * - `head`: its head is longer than 8 KiB (431);
 * - `timeout`: its head was not complete within 5 seconds (408);
 * - `sockets`: it waited longest of more than 1024 (closed without an answer).
 */
export type HttpRefusal =
  | "path"
  | "method"
  | "host"
  | "malformed"
  | "head"
  | "timeout"
  | "sockets";

/** The answer to a request that is refused. */
export interface Refusal<R extends string = HttpRefusal> {
  readonly reason: R;
  readonly status: number;
  /** What a person reads: one line. */
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What every answer says to browsers: run nothing but this server's files. */
const SECURITY = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const PHRASES: Readonly<Record<number, string>> = {
  101: "Switching Protocols",
  200: "OK",
  304: "Not Modified",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
};

const utf8 = new TextEncoder();

/** An answer of plain text, which nobody keeps. */
export function textAnswer(
  text: string,
  status = 200,
  type = "text/plain; charset=utf-8",
): Answer {
  const headers = { "Content-Type": type, "Cache-Control": "no-store" };
  return { status, headers, body: text };
}

/** An answer of JSON, which nobody keeps. */
export function jsonAnswer(value: unknown): Answer {
  return textAnswer(JSON.stringify(value), 200, "application/json");
}

/** The answer that a refusal is. */
export function refuse({ status, text, headers }: Refusal<string>): Answer {
  const type = { "Content-Type": "text/plain; charset=utf-8" };
  return { status, headers: { ...headers, ...type }, body: `${text}\n` };
}

/**
 * An answer as bytes; the connection ends with it.
 *
 * @param bodiless Whether the body is left out, as after HEAD; its length stays.
 */
export function encodeAnswer(
  { status, headers, body }: Answer,
  bodiless = false,
): Uint8Array {
  const bytes = typeof body === "string" ? utf8.encode(body) : body;
  const head = utf8.encode(encodeHead(status, {
    ...SECURITY,
    ...headers,
    // That of a file that the browser has would be another.
    ...status !== 304 && { "Content-Length": String(bytes.length) },
    "Connection": "close",
  }));
  if (bodiless) return head;
  const answer = new Uint8Array(head.length + bytes.length);
  answer.set(head);
  answer.set(bytes, head.length);
  return answer;
}

/** The head of an answer, the empty line included. */
export function encodeHead(
  status: number,
  headers: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${PHRASES[status] ?? ""}\r\n${lines.join("")}\r\n`;
}
