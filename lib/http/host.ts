/**
 * The Host header: whether a request is meant for this server. A page could have its
 * own name point here (DNS rebinding), and its browser would take this server for a
 * part of the page.
 *
 * @module
 */
import { escape } from "../wire/escape.ts";
import type { Refusal } from "./answer.ts";
import type { RequestHead } from "./request.ts";

/** A host and perhaps a port. */
const HOST = /^(?<name>\[[\da-f:.]+\]|[^:[\]/?#@\\\s]+)(?::\d+)?$/i;

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Refuses a host that is neither an IP address nor `localhost` nor one of `hosts`. */
export function checkHost(
  { headers }: RequestHead,
  hosts: readonly string[],
): Refusal | undefined {
  const name = headers.get("host")?.match(HOST)?.groups?.["name"]
    ?.toLowerCase();
  if (name === undefined) {
    const text = "a request needs a Host header";
    return { reason: "host", status: 400, text };
  }
  if (
    name.startsWith("[") || IPV4.test(name) ||
    ["localhost", ...hosts].includes(name)
  ) return undefined;
  return {
    reason: "host",
    status: 403,
    text: `"${escape(name)}" is not known to be a name of this server: ` +
      `use its IP address, or start it with --web-host ${escape(name)}`,
  };
}
