import { assert, assertEquals } from "@std/assert";
import {
  Logger,
  type LoggerOptions,
  type LogLine,
} from "../../lib/cli/logger.ts";
import { escape } from "../../lib/wire/escape.ts";
import { test } from "../support/test.ts";

const NOW = new Date("2038-01-19T03:14:08Z");

/** A logger, what it printed, and how many lines have room. */
function start(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const stream = { room: Infinity, lost: 0, fails: false };
  const tryWrite = (line: string) => {
    if (stream.room <= 0) return false;
    stream.room--;
    lines.push(line);
    return true;
  };
  const now = () => NOW;
  return {
    lines,
    stream,
    logger: new Logger(Object.assign(stream, { tryWrite }), {
      verbose: false,
      json: false,
      noLogTime: true,
      now,
      ...options,
    }),
  };
}

function line(text: string, rest: Partial<LogLine> = {}): LogLine {
  return { kind: "lagging", level: "warning", text, ...rest };
}

test("Logger.log() prints warnings, and all levels when it is verbose", () => {
  const info = line("client 1 connected", { level: "info" });
  const quiet = start();
  const verbose = start({ verbose: true });
  for (const { logger } of [quiet, verbose]) {
    logger.log(info);
    logger.log(line("client 1 lags"));
  }
  assertEquals(quiet.lines, ["zillions: client 1 lags"]);
  assertEquals(verbose.lines, [
    "zillions: client 1 connected",
    "zillions: client 1 lags",
  ]);
});

test("Logger.log() prints ten lines of a kind in a period, and counts the others", () => {
  const { logger, lines } = start();
  for (let n = 0; n < 5000; n++) logger.log(line(`${n} lags`));
  logger.log(line("no descriptors", { kind: "failure" }));
  assertEquals(lines.length, 11);
  logger.nextPeriod();
  assertEquals(lines.slice(10), [
    "zillions: no descriptors",
    "zillions: suppressed 4990 more lines of this kind: lagging",
  ]);
  logger.log(line("next"));
  logger.nextPeriod();
  assertEquals(lines.slice(12), ["zillions: next"]);
});

test("Logger.log() has a bound when it is verbose, too", () => {
  const { logger, lines } = start({ verbose: true });
  for (let n = 0; n < 5000; n++) {
    logger.log(line(`${n}`, { level: "info" }));
  }
  logger.nextPeriod();
  assertEquals(lines.length, 1001);
});

test("Logger.print() says how many lines were lost, once there is room", () => {
  const { logger, lines, stream } = start();
  stream.room = 1;
  for (const text of ["one", "two", "three"]) logger.print(line(text));
  stream.room = Infinity;
  logger.print(line("four"));
  logger.print(line("five"));
  assertEquals(lines, [
    "zillions: one",
    "zillions: lost 2 lines so far, because nobody read the log or it was full",
    "zillions: four",
    "zillions: five",
  ]);
});

test("Logger.print() says how many lines a full disk has lost, once it takes lines again", () => {
  const { logger, lines, stream } = start();
  Object.assign(stream, { lost: 3, fails: true });
  logger.print(line("one"));
  stream.fails = false;
  logger.print(line("two"));
  logger.print(line("three"));
  stream.room = 0;
  logger.print(line("four"));
  stream.room = Infinity;
  logger.print(line("five"));
  const lost = (count: number) =>
    `zillions: lost ${count} lines so far, because nobody read the log or it was full`;
  const said = (text: string) => `zillions: ${text}`;
  assertEquals(lines, [
    ...[said("one"), lost(3), said("two"), said("three")],
    ...[lost(4), said("five")],
  ]);
});

test("Logger: as JSON, each line is one object with its time, level and event", () => {
  const { logger, lines } = start({ json: true, noLogTime: false });
  const fields = { client: 7, address: "192.0.2.1:5", dropped: 12 };
  logger.log(line("client 7 lags", { fields }));
  logger.print({
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

test("Logger: each line has the time, unless it is told otherwise", () => {
  for (const json of [false, true]) {
    const { logger, lines } = start({ json, noLogTime: false });
    logger.log(line("a"));
    assert(lines[0]!.includes("2038-01-19T03:14:08.000Z"));
    const without = start({ json, noLogTime: true });
    without.logger.log(line("a"));
    assert(!without.lines[0]!.includes("2038"));
  }
});

test("Logger: whatever a line says, it is one line that no terminal acts on", () => {
  const nasty = "a\nb\r\x1b[2J\x9b31m\u202e\u2028\u{e0001}";
  for (const json of [false, true]) {
    const { logger, lines } = start({ json });
    logger.log(line(nasty, { fields: { address: nasty } }));
    const [printed] = lines;
    assert(/^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(printed!), printed);
    if (json) {
      const { message, address } = JSON.parse(printed!);
      assertEquals([message, address], [escape(nasty), escape(nasty)]);
    } else {
      assertEquals(
        printed,
        "zillions: a␊b␍␛[2J\\x9b31m\\u{202e}\\u{2028}\\u{e0001}",
      );
    }
  }
});
