/**
 * Log lines: what the server's command says about what happens, for people and for
 * programs. The entry point makes them, the logger prints them. A log line has no
 * byte that a client sent.
 *
 * @module
 */
import type { LogLine } from "../cli/logger.ts";
import type { RoomEvent, RoomStats } from "../nats/room.ts";
import type { DisconnectReason, ServerEvent, Stats } from "../server/serve.ts";
import { formatAddress } from "../wire/address.ts";
import { describeError } from "../wire/io_error.ts";

const REASONS: Readonly<Record<DisconnectReason, string>> = {
  ended: "left",
  truncated: "left inside a message",
  reset: "lost its connection",
  invalid: "was disconnected: it broke the WebSocket protocol",
  stalled: "was disconnected: it made no progress for too long",
  drained: "was disconnected after it got all messages",
  aborted: "was disconnected before it got all messages",
  failed: "was disconnected: its messages could not be published",
  removed: "was disconnected by the program",
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

/** What a line about a room needs to know besides. */
export interface RoomFacts {
  readonly name: string;
  /** How long clients wait for the engine, in milliseconds. */
  readonly hold: number;
  /** Whether the engine was missed before. */
  readonly isWaitedFor: boolean;
}

/** The line about an event of a room. */
export function roomLine(event: RoomEvent, facts: RoomFacts): LogLine {
  const { type, ...fields } = event;
  const isInfo = type === "dropping" ||
    type === "engineUp" && !facts.isWaitedFor;
  return {
    kind: type,
    level: isInfo ? "info" : "warning",
    text: describeRoomEvent(event, facts),
    fields: type === "engineRefused" ? {} : { ...fields },
  };
}

function describeRoomEvent(event: RoomEvent, facts: RoomFacts): string {
  switch (event.type) {
    case "engineDown":
      return `the NATS engine is away: clients wait, and what they send is dropped after ${
        facts.hold / 1000
      } s`;
    case "engineUp":
      return facts.isWaitedFor
        ? `the NATS engine is there, after ${
          (event.away / 1000).toFixed(1)
        } s: ${event.dropped} messages were dropped, ${event.lost} were lost`
        : `joined the room ${facts.name}`;
    case "dropping":
      return "the NATS engine is still away: what clients send is dropped";
    case "gap":
      return event.reason === "replaced"
        ? "the NATS engine has lost the stream, or its end: what was in it is missed and counted"
        : `the NATS engine has kept too little: ${event.batches} batches are missed and counted`;
    case "engineRefused":
      return `${describeError(event.error)}; trying again`;
  }
}

/** The line that says that a node starts without its engine. */
export function waitingLine(name: string): LogLine {
  return {
    kind: "waiting",
    level: "warning",
    text:
      `the NATS engine is not there: waiting for it to join the room ${name}`,
  };
}

/** The line that says where a page is. */
export function pageLine(
  page: string,
  addr: Deno.NetAddr,
  scheme: "http" | "https" = "http",
): LogLine {
  const url = `${scheme}://${formatAddress(addr)}`;
  return {
    kind: "page",
    level: "info",
    text: `the ${page} page is at ${url}`,
    fields: { page, url },
  };
}

/** The line that says that a certificate was read again. */
export function certificateLine(): LogLine {
  return {
    kind: "certificate",
    level: "info",
    text: "read the certificate again: new connections get it",
  };
}

/** The line about a failure that the server survives. */
export function failureLine(error: unknown): LogLine {
  return { kind: "failure", level: "warning", text: describeError(error) };
}

/** The line about an error that ends the server; `what` says what failed, if the error does not. */
export function fatalLine(error: unknown, what?: string): LogLine {
  const reason = describeError(error);
  const text = what === undefined ? reason : `${what}: ${reason}`;
  return { kind: "failure", level: "error", text };
}

/** The line about a command line that is wrong. */
export function usageLine(error: Error): LogLine {
  return { kind: "usage", level: "error", text: error.message };
}

/** The line of counts that `--stats` asks for. */
export function statsLine(
  { disconnected, ...counts }: Stats,
  room?: RoomStats,
): LogLine {
  const fields = {
    ...counts,
    ...disconnected,
    ...room && {
      ...room,
      engineUp: Number(room.engineUp),
      engineSince: Math.round(room.engineSince),
    },
  };
  const pairs = Object.entries(fields).map(([name, n]) => `${name}=${n}`);
  return { kind: "stats", level: "info", text: pairs.join(" "), fields };
}

function from(addr: Deno.Addr): string {
  return "hostname" in addr ? formatAddress(addr) : addr.transport;
}
