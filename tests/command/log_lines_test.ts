import { assert, assertEquals } from "@std/assert";
import {
  eventLine,
  failureLine,
  fatalLine,
  statsLine,
} from "../../lib/command/log_lines.ts";
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

test("failureLine() is a warning; fatalLine() is an error, and says what failed", () => {
  const failure = failureLine(new Error("Cannot\n  accept"));
  assertEquals([failure.level, failure.text], ["warning", "cannot accept"]);
  const fatal = fatalLine("x", "cannot listen");
  assertEquals([fatal.level, fatal.text], ["error", "cannot listen: x"]);
});

test("statsLine() has each count by its name, and no two share one", () => {
  const stats = new StatsCounter().stats([]);
  const { text, fields } = statsLine(stats);
  const { disconnected, ...counts } = stats;
  const names = [...Object.keys(counts), ...Object.keys(disconnected)];
  assertEquals(Object.keys(fields!), names);
  assertEquals(text, names.map((name) => `${name}=0`).join(" "));
});
