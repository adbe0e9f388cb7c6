// deno-lint-ignore-file no-control-regex -- terminals are controlled with them
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Screen } from "../../../lib/client/chat/screen.ts";
import { macrotask } from "../../support/jitter.ts";
import { test } from "../../support/test.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A screen with a footer of two rows, whose clock is the test. */
function screenOf(columns = 80, above: number[] = []) {
  const updates: string[] = [];
  const tasks: (() => void)[] = [];
  const window = { columns, rows: 24 };
  const screen = new Screen({
    sink: {
      write: (bytes) =>
        Promise.resolve(updates.push(text(bytes)) && bytes.length),
    },
    size: () => window,
    footer: () => ({
      rows: [...above.map(String), "> ab", "status"],
      above,
      before: "> a",
      cursorColumn: 50,
    }),
    soon: (task) => void tasks.push(task),
  });
  const update = async () => {
    for (const task of tasks.splice(0)) task();
    await macrotask();
    return updates.splice(0);
  };
  return { screen, window, update };
}

const ERASE = "\\r\\x1b\\[K\\x1b\\[C\\x1b\\[J\\r";
const FOOTER = "\\x1b\\[\\?7l> ab\\r\\nstatus\\x1b\\[1A\\r> a\\x1b\\[\\?7h";

test("Screen draws many changes in one update and one write", async () => {
  const { screen, update } = screenOf();
  screen.change();
  await update();
  screen.print("one");
  screen.change();
  screen.print("two");
  const updates = await update();
  assertEquals(updates.length, 1);
  assertMatch(updates[0]!, new RegExp(`${ERASE}one\\r\\ntwo\\r\\n${FOOTER}`));
  assertEquals(await update(), []);
});

test("Screen erases what a narrower window has wrapped", async () => {
  const { screen, window, update } = screenOf(80, [70, 0]);
  screen.change();
  await update();
  const up = async (columns: number) => {
    window.columns = columns;
    screen.change();
    const [drawn] = await update();
    return Number(drawn!.match(/\x1b\[(\d+)A\r\x1b\[K/)![1]);
  };
  assertEquals(await up(80), 2);
  assertEquals(await up(40), 4);
  assertEquals(await up(10), 13);
});

test("Screen has room until much waits, and again once it is written", async () => {
  const { screen, update } = screenOf();
  await screen.room();
  screen.print("x".repeat(64 * 1024));
  await screen.room();
  const [drawn] = await update();
  assertMatch(drawn!, /x{65536}/);
});

test("Screen.close() prints the lines that wait, erases the footer, and is the end", async () => {
  const { screen, update } = screenOf();
  screen.change();
  await update();
  screen.print("last");
  await Promise.all([screen.close(), screen.close()]);
  screen.change();
  const updates = await update();
  assertEquals(updates.length, 1);
  assertMatch(updates[0]!, new RegExp(`^${ERASE}last\\r\\n\\x1b\\[\\?2004l$`));
});

test("Screen fails when the terminal does", async () => {
  const tasks: (() => void)[] = [];
  const screen = new Screen({
    sink: { write: () => Promise.reject(new Error("hung up")) },
    size: () => ({ columns: 80, rows: 24 }),
    footer: () => ({ rows: [""], above: [], before: "", cursorColumn: 0 }),
    soon: (task) => void tasks.push(task),
  });
  screen.change();
  tasks.shift()!();
  await assertRejects(() => screen.failed, Error, "hung up");
  await screen.close();
});
