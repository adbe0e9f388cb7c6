/** The client in a real terminal. */
import { assert, assertEquals } from "@std/assert";
import { type Client, connect } from "../../../lib/client/client.ts";
import { serve } from "../../../lib/server/serve.ts";
import { eventually } from "../../support/eventually.ts";
import { macrotask } from "../../support/jitter.ts";
import { stick } from "../../support/server.ts";
import { command } from "./support.ts";
import { hasTmux, Terminal } from "./tmux.ts";
import { test } from "../../support/test.ts";

Deno.test.sanitizer({ ops: true, resources: true });

/** A server, another client of it, and the client in a terminal. */
interface Stage {
  terminal: Terminal;
  other: Client;
  server: ReturnType<typeof serve>;
  /** `in` and `out` in the status line, after the address. */
  status: (received: number, sent: number) => string;
}

function chatTest(
  name: string,
  play: (stage: Stage) => Promise<void>,
  env: string[] = [],
): void {
  test({
    name,
    ignore: !hasTmux,
    async fn() {
      await using server = serve({ port: 0 });
      using other = await connect(server.addr);
      const address = `127.0.0.1:${server.addr.port}`;
      const status = (received: number, sent: number) =>
        `${address} · ${received} in · ${sent} out · Ctrl-D to end`;
      const words = [
        ...env.length > 0 ? ["env", ...env] : [],
        ...command(address),
      ];
      await using terminal = await Terminal.open(words);
      await terminal.until((rows) => rows.at(-1) === status(0, 0));
      await play({ terminal, other, server, status });
    },
  });
}

/** The rows without the clock that messages begin with, and without the first row. */
const said = (rows: string[]) =>
  rows.slice(1).map((row) => row.replace(/^\d\d:\d\d:\d\d /, ""));

/** The next `count` messages. */
async function hear(client: Client, count: number): Promise<string[]> {
  const texts = [];
  for await (const body of client) {
    texts.push(new TextDecoder().decode(body));
    if (texts.length === count) break;
  }
  return texts;
}

chatTest(
  "chat keeps what is typed whole while messages arrive",
  async (stage) => {
    const { terminal, other, status } = stage;
    await terminal.type("half a th天");
    await terminal.until((rows) => rows.at(-2) === " 243 > half a th天");
    await terminal.press("Left");
    for (let i = 1; i <= 30; i++) await other.send(`bob: message ${i}`);
    const rows = await terminal.until((rows) => rows.at(-1) === status(30, 0));
    assertEquals(rows.length, 24);
    assertEquals(said(rows.slice(0, -2)).at(-1), "  bob: message 30");
    assertEquals(said(rows).at(-2), " 243 > half a th天");
    await terminal.type("ought…");
    await terminal.until((rows) => rows.at(-2) === " 235 > half a thought…天");
    assertEquals(await terminal.tell("cursor_x", "cursor_y"), "22 22");
  },
);

chatTest("chat marks the user's own messages", async (stage) => {
  const { terminal, other, status } = stage;
  await terminal.type("alice: hi");
  await terminal.press("Enter");
  await terminal.until((rows) => rows.at(-1) === status(1, 1));
  await other.send("alice: hi");
  const rows = await terminal.until((rows) => rows.at(-1) === status(2, 1));
  assertEquals(said(rows), [
    "› alice: hi",
    "  alice: hi",
    " 255 >",
    status(2, 1),
  ]);
  assertEquals(await hear(other, 2), ["alice: hi", "alice: hi"]);
});

chatTest(
  "chat shows a hostile message and does nothing it says",
  async (stage) => {
    const { terminal, other, status } = stage;
    const title = await terminal.tell("pane_title");
    await terminal.type("mine");
    await terminal.until((rows) => rows.at(-2) === " 251 > mine");
    const attacks = [
      "\x1b[2J\x1b[H\x1b[31mred\x1b]0;title\x07\x1b[?1049h",
      "over\rwritten\b\b\n\n\x0c\x0b\x84\x85\x8d",
      "\x9b2J\x9d0;title\x9c \u202edesrever\u2066 \u2028next",
      "\x1bc\x1b#8\x1bP+q544e\x1b\\\x0e\x05",
    ];
    for (const attack of attacks) await other.send(attack);
    await other.send(Uint8Array.of(0x9b, 0x32, 0x4a));
    const rows = await terminal.until((rows) => rows.at(-1) === status(5, 0));
    assertEquals(said(rows), [
      "  ␛[2J␛[H␛[31mred␛]0;title␇␛[?1049h",
      "  over␍written␈␈␊␊␌␋\\x84\\x85\\x8d",
      "  \\x9b2J\\x9d0;title\\x9c \\u{202e}desrever\\u{2066} \\u{2028}next",
      "  ␛c␛#8␛P+q544e␛\\␎␅",
      "  [received non-utf8 data]",
      " 251 > mine",
      status(5, 0),
    ]);
    assertEquals(await terminal.tell("pane_title"), title);
    assertEquals(await terminal.tell("cursor_x", "alternate_on"), "11 0");
  },
);

chatTest("chat edits, and recalls what was sent", async (stage) => {
  const { terminal, other, status } = stage;
  await terminal.type("world");
  await terminal.press("Home");
  await terminal.type("hello ");
  await terminal.press("Enter");
  await terminal.type("two wrong words");
  await terminal.press("C-w", "M-b", "DC", "DC", "C-e", "BSpace", "Enter");
  await terminal.type("draft");
  await terminal.press("Up", "Up");
  await terminal.until((rows) => rows.at(-2) === " 244 > hello world");
  await terminal.press("Down");
  await terminal.until((rows) => rows.at(-2) === " 248 > two ong");
  await terminal.press("Enter");
  await terminal.until((rows) => rows.at(-1) === status(3, 3));
  await terminal.press("Up", "Down");
  await terminal.press("C-l");
  await terminal.until((rows) => rows[0] === " 255 >");
  assertEquals(await hear(other, 3), ["hello world", "two ong", "two ong"]);
});

chatTest(
  "chat counts, warns, refuses what is too long, and keeps it",
  async (stage) => {
    const { terminal, other } = stage;
    await terminal.type("é".repeat(123));
    const last = (rows: string[], start: string) =>
      rows.some((row) => row.startsWith(start));
    await terminal.until((rows) => last(rows, "   9 ! é"));
    assert((await terminal.rows("-e")).join("").includes("\x1b[31m   9"));
    await terminal.type("0123456789");
    await terminal.press("Enter");
    const rows = await terminal.until((rows) =>
      rows.at(-1) === "Not sent: 1 byte too long"
    );
    assertEquals(said(rows), [
      `  -1 ! ${"é".repeat(72)}`,
      `       ${"é".repeat(51)}0123456789`,
      "Not sent: 1 byte too long",
    ]);
    await terminal.press("BSpace", "Enter");
    assertEquals(await hear(other, 1), [`${"é".repeat(123)}012345678`]);
  },
);

chatTest("chat sends each line of a paste when told to", async (stage) => {
  const { terminal, other, status } = stage;
  await terminal.paste(`one\ntwo\n${"x".repeat(256)}\nfour\n`);
  await terminal.press("Enter");
  await terminal.until((rows) =>
    rows.at(-1) === "Not sent: line 3 is 1 byte too long"
  );
  await terminal.press("BSpace", "Enter");
  await terminal.until((rows) => rows.at(-1) === status(4, 4));
  const heard = await hear(other, 4);
  assertEquals(heard, ["one", "two", "x".repeat(255), "four"]);
});

chatTest(
  "chat follows the window's size, and leaves no scraps",
  async (stage) => {
    const { terminal, other, status } = stage;
    const text = "some words that are wrapped in a narrow terminal, for sure";
    for (let i = 1; i <= 9; i++) await other.send(`bob: ${i} ${text}`);
    await terminal.type("word ".repeat(20));
    const sizes = [[80, 24], [40, 10], [30, 10], [100, 30], [40, 24], [80, 24]];
    for (const [columns, rows] of sizes as [number, number][]) {
      await terminal.resize(columns, rows);
      const shown = status(9, 0).slice(0, columns - 1).trimEnd();
      // Once more than one row is typed, the last of them ends with a word.
      await terminal.until((rows) =>
        rows.at(-1) === shown && /^ {7}[word ]+$/.test(rows.at(-2)!)
      );
      const all = await terminal.until(
        (rows) => rows.filter((row) => row.includes(" > ")).length === 1,
        ...["-S", "-", "-J"],
      );
      const messages = said(all).slice(0, 9);
      assertEquals(messages, messages.map((_, i) => `  bob: ${i + 1} ${text}`));
    }
  },
);

chatTest(
  "chat ends on Ctrl-D when the server has sent everything",
  async (stage) => {
    const { terminal, other } = stage;
    await terminal.type("last words");
    await terminal.press("Enter", "C-d");
    const rows = await terminal.until((rows) => rows.includes("left with 0"));
    assertEquals(said(rows).slice(0, 2), ["› last words", "left with 0"]);
    await restored(terminal);
    assertEquals(await hear(other, 1), ["last words"]);
  },
);

chatTest(
  "chat deletes on Ctrl-D when something is typed",
  async ({ terminal }) => {
    await terminal.type("ab");
    await terminal.press("Home", "C-d");
    await terminal.until((rows) => rows.at(-2) === " 254 > b");
  },
);

chatTest("chat leaves at once on Ctrl-C", async ({ terminal }) => {
  await terminal.type("unsent");
  await terminal.press("C-c");
  const rows = await terminal.until((rows) => rows.includes("left with 130"));
  assertEquals(rows[1], "left with 130");
  await restored(terminal);
});

chatTest(
  "chat restores the terminal when it is told to end",
  async ({ terminal }) => {
    Deno.kill(await terminal.pid(), "SIGTERM");
    const rows = await terminal.until((rows) => rows.includes("left with 143"));
    assertEquals(rows[1], "left with 143");
    await restored(terminal);
  },
);

chatTest(
  "chat says when the server is lost, and restores the terminal",
  async (stage) => {
    const { terminal, server } = stage;
    await terminal.type("unsent");
    await terminal.until((rows) => rows.at(-2) === " 249 > unsent");
    await server.shutdown();
    const rows = await terminal.until((rows) => rows.includes("left with 1"));
    const address = `127.0.0.1:${server.addr.port}`;
    assertEquals(rows.slice(1, 3), [
      `client: ${address} ended the connection before the input ended`,
      "left with 1",
    ]);
    await restored(terminal);
  },
);

chatTest(
  "chat ends on a signal while the terminal takes nothing, and restores its mode",
  async ({ terminal, server }) => {
    const client = await terminal.pid();
    const tmux = Number(await terminal.tell("pid"));
    Deno.kill(tmux, "SIGSTOP");
    try {
      await stick(server);
      Deno.kill(client, "SIGTERM");
      // Its shell cannot say how it ended before the terminal goes on.
      await eventually(
        "the client to end",
        () => isRunning(client),
        (is) => !is,
      );
    } finally {
      Deno.kill(tmux, "SIGCONT");
    }
    await terminal.until((rows) =>
      rows.some((row) => row.startsWith("left with 143"))
    );
    // What it has half drawn stays: no more of it was taken.
    await terminal.until(isCooked);
  },
);

chatTest("chat needs no colour", async ({ terminal, other, status }) => {
  await other.send("bob: hi");
  await terminal.type("x".repeat(250));
  await terminal.until((rows) => rows.at(-1) === status(1, 0));
  await terminal.until((rows) => rows.some((row) => row.startsWith("   5 ! ")));
  const rows = await terminal.rows("-e");
  assert(!rows.join("").includes("\x1b["), JSON.stringify(rows));
}, ["NO_COLOR=1"]);

chatTest(
  "chat takes keys during a flood, and shows the end of it",
  async (stage) => {
    const { terminal, other } = stage;
    let flooding = true;
    const flood = (async () => {
      const reading = Array.fromAsync(other, () => {});
      while (flooding) {
        const sends = Array.from({ length: 64 }, () => other.send("flood"));
        await Promise.all(sends);
        await macrotask();
      }
      await other.send("the end of it");
      await other.closeWrite();
      await reading;
    })();
    for (const word of ["one", "two", "three"]) {
      await terminal.type(word);
      await terminal.until((rows) => rows.at(-2)?.endsWith(word) ?? false);
    }
    flooding = false;
    await flood;
    const rows = await terminal.until((rows) =>
      rows.at(-3)?.endsWith("the end of it") ?? false
    );
    assertEquals(rows.at(-2), " 244 > onetwothree");
  },
);

/** Waits until the terminal is seen to be as it was. */
async function restored(terminal: Terminal): Promise<void> {
  await terminal.until(isCooked);
  assertEquals(await terminal.tell("cursor_flag", "wrap_flag"), "1 1");
}

/** Whether `stty -a` says that the terminal is not in raw mode. */
function isCooked(rows: string[]): boolean {
  return / icanon(.|\n)* echo /.test(rows.join("\n"));
}

/** Whether a process runs: the system knows it, and not as one that has ended. */
function isRunning(pid: number): boolean {
  const { stdout } = new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", `${pid}`],
  }).outputSync();
  return /^[^Z]/.test(new TextDecoder().decode(stdout).trim());
}
