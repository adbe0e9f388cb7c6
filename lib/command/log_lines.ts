/**
 * Log lines: what the server's command says about what happens, for people and for
 * programs. The entry point makes them, the logger prints them. A log line has no
 * byte that a client sent.
 *
 * @module
 */
import type { LogLine } from "../cli/logger.ts";
import type { DisconnectReason, ServerEvent, Stats } from "../server/serve.ts";
import { formatAddress } from "../wire/address.ts";
import { describeError } from "../wire/io_error.ts";

const REASONS: Readonly<Record<DisconnectReason, string>> = {
  ended: "left",
  truncated: "left inside a message",
  reset: "lost its connection",
  stalled: "was disconnected: it made no progress for too long",
  drained: "was disconnected after it got all messages",
  aborted: "was disconnected before it got all messages",
  failed: "was disconnected: its messages could not be published",
};

/** How serious an event is. */
export function eventLevel(event: ServerEvent): LogLine["level"] {
  const { type } = event;
  const serious = type === "refused" || type === "lagging" ||
    type === "disconnected" && event.reason === "stalled";
  return serious ? "warning" : "info";
}

/** The line about an event. */
export function eventLine(event: ServerEvent): LogLine {
  const { type, remoteAddr, ...fields } = event;
  const address = from(remoteAddr);
  return {
    kind: type,
    level: eventLevel(event),
    text: describeEvent(event, address),
    fields: { address, ...fields },
  };
}

function describeEvent(event: ServerEvent, address: string): string {
  if (event.type === "refused") {
    return event.limit === "maxClients"
      ? `refused ${address}: as many clients are connected as --max-clients allows`
      : `refused ${address}: as many clients are connected from there as --max-clients-per-address allows`;
  }
  const client = `client ${event.client} (${address})`;
  switch (event.type) {
    case "connected":
      return `${client} connected`;
    case "lagging":
      return `${client} lags: it loses messages`;
    case "caughtUp":
      return `${client} has caught up: it lost ${event.dropped} messages`;
    case "disconnected":
      return `${client} ${REASONS[event.reason]}${
        event.dropped > 0 ? `; it lost ${event.dropped} messages` : ""
      }`;
  }
}

/** The line about a failure that the server survives. */
export function failureLine(error: unknown): LogLine {
  return { kind: "failure", level: "warning", text: describeError(error) };
}

/** The line about an error that ends the server, which says `what` failed. */
export function fatalLine(error: unknown, what: string): LogLine {
  const text = `${what}: ${describeError(error)}`;
  return { kind: "failure", level: "error", text };
}

/** The line about a command line that is wrong. */
export function usageLine(error: Error): LogLine {
  return { kind: "usage", level: "error", text: error.message };
}

/** The line of counts that `--stats` asks for. */
export function statsLine({ disconnected, ...counts }: Stats): LogLine {
  const fields = { ...counts, ...disconnected };
  const pairs = Object.entries(fields).map(([name, n]) => `${name}=${n}`);
  return { kind: "stats", level: "info", text: pairs.join(" "), fields };
}

function from(addr: Deno.Addr): string {
  return "hostname" in addr ? formatAddress(addr) : addr.transport;
}
