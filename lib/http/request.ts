/**
 * Requests: what the head of an HTTP request says. The server reads a head and parses
 * it; bodies are never read.
 *
 * @module
 */

/** The head of a request. */
export interface RequestHead {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** What follows the `?`. */
  readonly query: string;
  /** By names in lower case; those of one name are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Only the form that browsers and proxies send to a server, not that for proxies. */
const REQUEST_LINE =
  /^([!#$%&'*+.^_`|~\w-]+) (\/[^\s?#]*)(?:\?([^\s#]*))? HTTP\/1\.[01]$/;

const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/** What no value of a header has: control characters, but for tabs. */
const CONTROL = /[^\P{Cc}\t]/u;

/** Headers that a request has once: two of them mean different things to different programs. */
const ONCE = new Set(["host", "origin", "upgrade", "sec-websocket-key"]);

/**
 * The parts of a head.
 *
 * @param text The lines up to the empty one, each ended by CR LF.
 * @returns `undefined` if it is no head of HTTP/1.0 or HTTP/1.1.
 */
export function parseHead(text: string): RequestHead | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  const [, method, path, query = ""] = first.match(REQUEST_LINE) ?? [];
  if (method === undefined || path === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const key = line.slice(0, colon).toLowerCase();
    if (colon < 1 || !NAME.test(key) || CONTROL.test(line)) return undefined;
    const value = line.slice(colon + 1).trim();
    const before = headers.get(key);
    if (before !== undefined && ONCE.has(key)) return undefined;
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return { method, path, query, headers };
}
