import { assert, assertEquals } from "@std/assert";
import {
  eventNotice,
  failureNotice,
  statsNotice,
} from "../../lib/command/log_lines.ts";
import type { ServerEvent } from "../../lib/server/serve.ts";
import { StatsCounter } from "../../lib/server/stats.ts";

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
    "client 7 ([2001:db8::1]:5) has caught up: it lost 12",
  ],
  [
    { type: "disconnected", ...from, reason: "ended", dropped: 0 },
    "info",
    "client 7 ([2001:db8::1]:5) left",
  ],
  [
    { type: "disconnected", ...from, reason: "stalled", dropped: 12 },
    "warning",
    "client 7 ([2001:db8::1]:5) was disconnected: it took nothing for too long; it lost 12 messages",
  ],
  [
    { type: "refused", remoteAddr: from.remoteAddr, limit: "maxClients" },
    "warning",
    "turned away [2001:db8::1]:5: there are as many clients as --max-clients allows",
  ],
  [
    {
      type: "refused",
      remoteAddr: { transport: "unix", path: "" },
      limit: "maxClientsPerAddress",
    },
    "warning",
    "turned away unix: from there are as many clients as --max-clients-per-address allows",
  ],
];

Deno.test("eventNotice() says each event in a line, and names it for programs", () => {
  for (const [event, level, text] of EVENTS) {
    const notice = eventNotice(event);
    assertEquals(
      [notice.kind, notice.level, notice.text],
      [event.type, level, text],
    );
    const { type: _, remoteAddr: __, ...rest } = event;
    const { address, ...fields } = notice.fields!;
    assertEquals(fields, rest);
    assert(typeof address === "string");
  }
});

Deno.test("failureNotice() is a warning, or says what failed and is the end", () => {
  const { level, text } = failureNotice(new Error("Cannot\n  accept"));
  assertEquals([level, text], ["warning", "cannot accept"]);
  const end = failureNotice("x", "cannot listen");
  assertEquals([end.level, end.text], ["error", "cannot listen: x"]);
});

Deno.test("statsNotice() has each figure by its name, and all are told apart", () => {
  const stats = new StatsCounter().stats([]);
  const { text, fields } = statsNotice(stats);
  const { disconnected, ...figures } = stats;
  const names = [...Object.keys(figures), ...Object.keys(disconnected)];
  assertEquals(Object.keys(fields!), names);
  assertEquals(text, names.map((name) => `${name}=0`).join(" "));
});
