import { assert, assertEquals } from "@std/assert";
import type process from "node:process";
import { Writable } from "node:stream";
import { Progress } from "../../../lib/stresstest/report/progress.ts";
import { test } from "../../support/test.ts";

/** What is written to standard error, which is a terminal or not. */
function shown(isTTY: boolean): string {
  let text = "";
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  Object.assign(stream, { isTTY, columns: 120, rows: 24 });
  {
    using progress = new Progress(stream as unknown as typeof process.stderr);
    progress.show("main.ts, run 2", 500, 1000, 1500);
    progress.clear();
  }
  return text;
}

const ERASE_LINE = "\x1b[2K";

test("Progress writes its line to a terminal, and removes it", () => {
  const text = shown(true);
  const line =
    "██████████░░░░░░░░░░ main.ts, run 2  500 of 1,000 messages, 1,500 deliveries";
  const [before, after] = text.split(line);
  assert(!before!.includes(ERASE_LINE), before);
  assert(after?.includes(ERASE_LINE), after);
});

test("Progress writes nothing where standard error is no terminal", () => {
  assertEquals(shown(false), "");
});
