// deno-lint-ignore-file no-control-regex -- they are what terminals are told with
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Outlet } from "../../../lib/client/chat/outlet.ts";
import { Screen } from "../../../lib/client/chat/screen.ts";
import { isPending, macrotask } from "../../support/jitter.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A screen with a block of two rows, in which the tests play the clock. */
function screenOf(columns = 80, above: number[] = []) {
  const frames: string[] = [];
  const tasks: (() => void)[] = [];
  const window = { columns, rows: 24 };
  const screen = new Screen({
    sink: {
      write: (bytes) =>
        Promise.resolve(frames.push(text(bytes)) && bytes.length),
    },
    size: () => window,
    block: () => ({
      rows: [...above.map(String), "> ab", "status"],
      above,
      before: "> a",
      cursorColumn: 50,
    }),
    soon: (task) => void tasks.push(task),
  });
  const frame = async () => {
    for (const task of tasks.splice(0)) task();
    await macrotask();
    return frames.splice(0);
  };
  return { screen, window, frame };
}

const ERASE = "\\r\\x1b\\[K\\x1b\\[C\\x1b\\[J\\r";
const BLOCK = "\\x1b\\[\\?7l> ab\\r\\nstatus\\x1b\\[1A\\r> a\\x1b\\[\\?7h";

Deno.test("Screen draws many changes in one frame and one write", async () => {
  const { screen, frame } = screenOf();
  screen.change();
  await frame();
  screen.print("one");
  screen.change();
  screen.print("two");
  const frames = await frame();
  assertEquals(frames.length, 1);
  assertMatch(frames[0]!, new RegExp(`${ERASE}one\\r\\ntwo\\r\\n${BLOCK}`));
  assertEquals(await frame(), []);
});

Deno.test("Screen erases what a narrower window has wrapped", async () => {
  const { screen, window, frame } = screenOf(80, [70, 0]);
  screen.change();
  await frame();
  const up = async (columns: number) => {
    window.columns = columns;
    screen.change();
    const [drawn] = await frame();
    return Number(drawn!.match(/\x1b\[(\d+)A\r\x1b\[K/)![1]);
  };
  assertEquals(await up(80), 2);
  assertEquals(await up(40), 4);
  assertEquals(await up(10), 13);
});

Deno.test("Screen has room until much waits, and again once it is written", async () => {
  const { screen, frame } = screenOf();
  await screen.room();
  screen.print("x".repeat(64 * 1024));
  await screen.room();
  const [drawn] = await frame();
  assertMatch(drawn!, /x{65536}/);
});

Deno.test("Screen.close() prints what waits, erases the block, and is the end", async () => {
  const { screen, frame } = screenOf();
  screen.change();
  await frame();
  screen.print("last");
  await Promise.all([screen.close(), screen.close()]);
  screen.change();
  const frames = await frame();
  assertEquals(frames.length, 1);
  assertMatch(frames[0]!, new RegExp(`^${ERASE}last\\r\\n\\x1b\\[\\?2004l$`));
});

Deno.test("Screen fails when the terminal does", async () => {
  const tasks: (() => void)[] = [];
  const screen = new Screen({
    sink: { write: () => Promise.reject(new Error("hung up")) },
    size: () => ({ columns: 80, rows: 24 }),
    block: () => ({ rows: [""], above: [], before: "", cursorColumn: 0 }),
    soon: (task) => void tasks.push(task),
  });
  screen.change();
  tasks.shift()!();
  await assertRejects(() => screen.failed, Error, "hung up");
  await screen.close();
});

Deno.test("Outlet writes together what is printed during a write", async () => {
  const writes: string[] = [];
  const gates: (() => void)[] = [];
  const outlet = new Outlet({
    async write(bytes) {
      writes.push(text(bytes));
      await new Promise<void>((resolve) => gates.push(resolve));
      return Math.min(bytes.length, 4); // as short as a system may write
    },
  });
  const print = (line: string) => outlet.print(new TextEncoder().encode(line));
  await print("one");
  await print("");
  await print("three");
  const flushed = outlet.flushed();
  for (const _ of ["one", "three", "e"]) {
    await macrotask();
    gates.shift()!();
  }
  await flushed;
  assertEquals(writes, ["one\n", "\nthree\n", "ee\n"]);
});

Deno.test("Outlet has room for 64 KiB and then waits for the sink", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const writes: number[] = [];
  const outlet = new Outlet({
    async write(bytes) {
      writes.push(bytes.length);
      await promise;
      return bytes.length;
    },
  });
  const line = new Uint8Array(255);
  await outlet.print(line);
  for (let i = 0; i < 256; i++) await outlet.print(line);
  const waiting = outlet.print(line);
  assertEquals(await isPending(waiting), true);
  resolve();
  await waiting;
  await outlet.flushed();
  assertEquals(writes, [256, 65536, 256]);
});

Deno.test("Outlet tells a reader that left from a failure", async () => {
  const failing = (error: Error) =>
    new Outlet({ write: () => Promise.reject(error) });
  const left = failing(new Deno.errors.BrokenPipe());
  await left.print(new Uint8Array());
  await left.closed;
  const full = failing(new Error("disk full"));
  await full.print(new Uint8Array());
  await assertRejects(() => full.closed, Error, "disk full");
});
