import { assert, assertEquals } from "@std/assert";
import {
  eventLine,
  failureLine,
  fatalLine,
  type RoomFacts,
  roomLine,
  statsLine,
  waitingLine,
} from "../../lib/command/log_lines.ts";
import type { RoomEvent } from "../../lib/nats/room.ts";
import type { ServerEvent } from "../../lib/server/serve.ts";
import { StatsCounter } from "../../lib/server/stats.ts";
import { test } from "../support/test.ts";

const from = {
  client: 7,
  remoteAddr: { transport: "tcp", hostname: "2001:db8::1", port: 5 },
} as const;

const EVENTS: [ServerEvent, string, string][] = [
  [
    { type: "connected", ...from },
    "info",
    "client 7 ([2001:db8::1]:5) connected",
  ],
  [
    { type: "lagging", ...from, dropped: 3 },
    "warning",
    "client 7 ([2001:db8::1]:5) lags: it loses messages",
  ],
  [
    { type: "caughtUp", ...from, dropped: 12 },
    "info",
    "client 7 ([2001:db8::1]:5) has caught up: it lost 12 messages",
  ],
  [
    { type: "disconnected", ...from, reason: "ended", dropped: 0 },
    "info",
    "client 7 ([2001:db8::1]:5) left",
  ],
  [
    { type: "disconnected", ...from, reason: "stalled", dropped: 12 },
    "warning",
    "client 7 ([2001:db8::1]:5) was disconnected: it made no progress for too long; it lost 12 messages",
  ],
  [
    { type: "refused", remoteAddr: from.remoteAddr, limit: "maxClients" },
    "warning",
    "refused [2001:db8::1]:5: as many clients are connected as --max-clients allows",
  ],
  [
    {
      type: "refused",
      remoteAddr: { transport: "unix", path: "" },
      limit: "maxClientsPerAddress",
    },
    "warning",
    "refused unix: as many clients are connected from there as --max-clients-per-address allows",
  ],
];

const NONE = { rateLimited: 0, unreported: 0 };

test("eventLine() says each event in one line, and names it for programs", () => {
  for (const [event, level, text] of EVENTS) {
    const line = eventLine(event);
    assertEquals(
      [line.kind, line.level, line.text],
      [event.type, level, text],
    );
    const { type: _, remoteAddr: __, ...rest } = event;
    const { address, ...fields } = line.fields!;
    assertEquals(fields, rest);
    assert(typeof address === "string");
  }
});

const ROOM_EVENTS: [RoomEvent, Partial<RoomFacts>, string, string][] = [
  [
    { type: "engineUp", away: 0, dropped: 0, lost: 0 },
    {},
    "info",
    "joined the room a",
  ],
  [
    { type: "engineUp", away: 12_345, dropped: 3, lost: 2 },
    { isWaitedFor: true },
    "warning",
    "the NATS engine is there, after 12.3 s: 3 messages were dropped, 2 were lost",
  ],
  [
    { type: "engineDown" },
    {},
    "warning",
    "the NATS engine is away: clients wait, and what they send is dropped after 1.5 s",
  ],
  [
    { type: "dropping" },
    {},
    "info",
    "the NATS engine is still away: what clients send is dropped",
  ],
  [
    { type: "gap", reason: "replaced", batches: undefined },
    {},
    "warning",
    "the NATS engine has lost the stream, or its end: what was in it is missed and counted",
  ],
  [
    { type: "gap", reason: "trimmed", batches: 5 },
    {},
    "warning",
    "the NATS engine has kept too little: 5 batches are missed and counted",
  ],
  [
    { type: "engineRefused", error: new Error("Cannot use\n it") },
    {},
    "warning",
    "cannot use it; trying again",
  ],
];

test("roomLine() says each event of a room in one line", () => {
  for (const [event, facts, level, text] of ROOM_EVENTS) {
    const line = roomLine(event, {
      name: "a",
      hold: 1500,
      isWaitedFor: false,
      ...facts,
    });
    assertEquals([line.kind, line.level, line.text], [event.type, level, text]);
  }
  assertEquals(
    waitingLine("a").text,
    "the NATS engine is not there: waiting for it to join the room a",
  );
});

test("failureLine() is a warning; fatalLine() is an error, and says what failed", () => {
  const failure = failureLine(new Error("Cannot\n  accept"));
  assertEquals([failure.level, failure.text], ["warning", "cannot accept"]);
  const fatal = fatalLine("x", "cannot listen");
  assertEquals([fatal.level, fatal.text], ["error", "cannot listen: x"]);
  // Which ports the system denies to whom differs.
  const denied = new Deno.errors.PermissionDenied("os error 13");
  assertEquals(
    fatalLine(denied, "cannot listen").text,
    "cannot listen: permission denied by the system",
  );
});

test("statsLine() has each count by its name, and no two share one", () => {
  const stats = new StatsCounter().stats([], NONE);
  const { text, fields } = statsLine(stats);
  const { disconnected, ...counts } = stats;
  const names = [...Object.keys(counts), ...Object.keys(disconnected)];
  assertEquals(Object.keys(fields!), names);
  assertEquals(text, names.map((name) => `${name}=0`).join(" "));
});

test("statsLine() has a room's counts too, as numbers", () => {
  const stats = new StatsCounter().stats([], NONE);
  const room = {
    engineUp: true,
    engineSince: 1234.5,
    inFlight: 0,
    foundStored: 0,
    published: 0,
    lostInWindow: 0,
    droppedWhileHeld: 0,
    received: 0,
    gaps: 0,
    lostInGaps: 0,
    foreign: 0,
    duplicates: 0,
  };
  const { text } = statsLine(stats, room);
  const alone = statsLine(stats).text;
  assertEquals(
    text,
    `${alone} engineUp=1 engineSince=1235 inFlight=0 foundStored=0 published=0 lostInWindow=0 droppedWhileHeld=0 received=0 gaps=0 lostInGaps=0 foreign=0 duplicates=0`,
  );
});
