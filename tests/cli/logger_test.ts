import { assert, assertEquals } from "@std/assert";
import { Logger, type LoggerOptions } from "../../lib/cli/logger.ts";
import type { LogLine } from "../../lib/cli/logger.ts";
import { escape } from "../../lib/wire/escape.ts";

const NOW = new Date("2038-01-19T03:14:08Z");

/** A journal, what it printed, and whether there is room. */
function journal(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const stream = { room: Infinity };
  const post = (line: string) => {
    if (stream.room <= 0) return false;
    stream.room--;
    lines.push(line);
    return true;
  };
  const now = () => NOW;
  return {
    lines,
    stream,
    journal: new Logger({ post }, {
      verbose: false,
      json: false,
      now,
      ...options,
    }),
  };
}

function notice(text: string, rest: Partial<LogLine> = {}): LogLine {
  return { kind: "lagging", level: "warning", text, ...rest };
}

Deno.test("Logger.note() prints warnings, and the rest when it is verbose", () => {
  const info = notice("client 1 connected", { level: "info" });
  const quiet = journal();
  const verbose = journal({ verbose: true });
  for (const { journal } of [quiet, verbose]) {
    journal.note(info);
    journal.note(notice("client 1 lags"));
  }
  assertEquals(quiet.lines, ["zillions: client 1 lags"]);
  assertEquals(verbose.lines, [
    "zillions: client 1 connected",
    "zillions: client 1 lags",
  ]);
});

Deno.test("Logger.note() prints ten of a kind in a period, and counts the rest", () => {
  const { journal: quiet, lines } = journal();
  for (let n = 0; n < 5000; n++) quiet.note(notice(`${n} lags`));
  quiet.note(notice("no descriptors", { kind: "failure" }));
  assertEquals(lines.length, 11);
  quiet.renew();
  assertEquals(lines.slice(10), [
    "zillions: no descriptors",
    "zillions: left out 4990 more notices of this kind: lagging",
  ]);
  quiet.note(notice("next"));
  quiet.renew();
  assertEquals(lines.slice(12), ["zillions: next"]);
});

Deno.test("Logger.note() has a bound when it is verbose, too", () => {
  const { journal: verbose, lines } = journal({ verbose: true });
  for (let n = 0; n < 5000; n++) {
    verbose.note(notice(`${n}`, { level: "info" }));
  }
  verbose.renew();
  assertEquals(lines.length, 1001);
});

Deno.test("Logger.print() says how much nobody read, once somebody does", () => {
  const { journal: quiet, lines, stream } = journal();
  stream.room = 1;
  for (const text of ["one", "two", "three"]) quiet.print(notice(text));
  stream.room = Infinity;
  quiet.print(notice("four"));
  quiet.print(notice("five"));
  assertEquals(lines, [
    "zillions: one",
    "zillions: left out 2 lines that nobody read",
    "zillions: four",
    "zillions: five",
  ]);
});

Deno.test("Logger: as JSON, each line is one object with its time, level and event", () => {
  const { journal: programs, lines } = journal({ json: true });
  const fields = { client: 7, address: "192.0.2.1:5", dropped: 12 };
  programs.note(notice("client 7 lags", { fields }));
  programs.print({
    kind: "stats",
    level: "info",
    text: "a=1",
    fields: { a: 1 },
  });
  assertEquals(lines.map((line) => JSON.parse(line)), [
    {
      time: "2038-01-19T03:14:08.000Z",
      level: "warning",
      event: "lagging",
      message: "client 7 lags",
      ...fields,
    },
    {
      time: "2038-01-19T03:14:08.000Z",
      level: "info",
      event: "stats",
      message: "a=1",
      a: 1,
    },
  ]);
});

Deno.test("Logger: whatever a notice says is one line that no terminal obeys", () => {
  const nasty = "a\nb\r\x1b[2J\x9b31m\u202e\u2028\u{e0001}";
  for (const json of [false, true]) {
    const { journal: either, lines } = journal({ json });
    either.note(notice(nasty, { fields: { address: nasty } }));
    const [line] = lines;
    assert(/^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(line!), line);
    if (json) {
      const { message, address } = JSON.parse(line!);
      assertEquals([message, address], [escape(nasty), escape(nasty)]);
    } else {
      assertEquals(
        line,
        "zillions: a␊b␍␛[2J\\x9b31m\\u{202e}\\u{2028}\\u{e0001}",
      );
    }
  }
});
