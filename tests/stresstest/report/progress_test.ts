import { assertEquals } from "@std/assert";
import { Progress } from "../../../lib/stresstest/report/progress.ts";
import { test } from "../../support/test.ts";

/** What is written to standard error, which is a terminal or not. */
function shown(isTerminal: boolean, columns = 120): string {
  let text = "";
  const terminal = {
    isTerminal: () => isTerminal,
    writeSync(bytes: Uint8Array) {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  };
  {
    using progress = new Progress(terminal, () => columns);
    progress.show("main.ts, run 24 of 100", 500, 1000, 1500);
  }
  return text;
}

const LINE =
  "██████████░░░░░░░░░░ main.ts, run 24 of 100  500 of 1,000 messages, 1,500 deliveries";

test("Progress writes its line to a terminal, and removes it", () => {
  assertEquals(shown(true), `\r\x1b[K${LINE}\r\x1b[K`);
});

test("Progress fits its line to the terminal", () => {
  assertEquals(shown(true, 40), `\r\x1b[K${LINE.slice(0, 39)}\r\x1b[K`);
});

test("Progress writes nothing where standard error is no terminal", () => {
  assertEquals(shown(false), "");
});
