/**
 * Notices: what the command says of what happens, for people and for programs.
 * The journal prints them. Its one rule: a notice is one line, and no byte that a
 * client sent is in it.
 *
 * @module
 */
import { formatAddress } from "../wire/address.ts";
import { describeError } from "../wire/io_error.ts";
import type { LogLine } from "../cli/logger.ts";
import { USAGE } from "./arguments.ts";
import type { DisconnectReason, ServerEvent, Stats } from "../server/serve.ts";

const ENDINGS: Readonly<Record<DisconnectReason, string>> = {
  ended: "left",
  truncated: "left inside a message",
  reset: "was lost",
  stalled: "was disconnected: it took nothing for too long",
  drained: "was sent the rest",
  aborted: "was disconnected before it had the rest",
  failed: "was disconnected: its messages could not be sent on",
};

/** How grave an event is. */
export function eventLevel(event: ServerEvent): LogLine["level"] {
  const { type } = event;
  const grave = type === "refused" || type === "lagging" ||
    type === "disconnected" && event.reason === "stalled";
  return grave ? "warning" : "info";
}

/** The notice of an event. */
export function eventNotice(event: ServerEvent): LogLine {
  const { type, remoteAddr, ...fields } = event;
  const address = from(remoteAddr);
  return {
    kind: type,
    level: eventLevel(event),
    text: describe(event, address),
    fields: { address, ...fields },
  };
}

function describe(event: ServerEvent, address: string): string {
  if (event.type === "refused") {
    return event.limit === "maxClients"
      ? `turned away ${address}: there are as many clients as --max-clients allows`
      : `turned away ${address}: from there are as many clients as --max-clients-per-address allows`;
  }
  const client = `client ${event.client} (${address})`;
  switch (event.type) {
    case "connected":
      return `${client} connected`;
    case "lagging":
      return `${client} lags: it loses messages`;
    case "caughtUp":
      return `${client} has caught up: it lost ${event.dropped}`;
    case "disconnected":
      return `${client} ${ENDINGS[event.reason]}${
        event.dropped > 0 ? `; it lost ${event.dropped} messages` : ""
      }`;
  }
}

/** The notice of a failure: of one that ends the server, if it says `what` failed. */
export function failureNotice(error: unknown, what?: string): LogLine {
  const why = describeError(error);
  return what === undefined
    ? { kind: "failure", level: "warning", text: why }
    : { kind: "failure", level: "error", text: `${what}: ${why}` };
}

/** The notice of a command line that makes no sense. */
export function usageNotice(error: unknown): LogLine {
  const text = `${describeError(error)} (usage: ${USAGE}; see --help)`;
  return { kind: "usage", level: "error", text };
}

/** The notice of figures. */
export function statsNotice({ disconnected, ...figures }: Stats): LogLine {
  const fields = { ...figures, ...disconnected };
  const pairs = Object.entries(fields).map(([name, n]) => `${name}=${n}`);
  return { kind: "stats", level: "info", text: pairs.join(" "), fields };
}

function from(addr: Deno.Addr): string {
  return "hostname" in addr ? formatAddress(addr) : addr.transport;
}
