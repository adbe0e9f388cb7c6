/** The client in a real terminal. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Client } from "../../../lib/client/client.ts";
import { connect } from "../../../lib/client/connect.ts";
import { serve } from "../../../lib/server/serve.ts";
import { type Address, formatAddress } from "../../../lib/wire/address.ts";
import { freeAddress, inTime } from "../../support/command.ts";
import { eventually } from "../../support/eventually.ts";
import { macrotask } from "../../support/jitter.ts";
import { path } from "../../support/script.ts";
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
  /** The address that the client was given. */
  address: string;
  /** `in` and `out` in the status line, after the address. */
  status: (received: number, sent: number) => string;
}

function chatTest(
  name: string,
  play: (stage: Stage) => Promise<void>,
  { env = [], options = [], addresses = [] }: {
    env?: string[];
    options?: string[];
    /** Servers besides the one that there is. */
    addresses?: Address[];
  } = {},
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
      const all = [address, ...addresses.map(formatAddress)].join(",");
      const words = [
        ...env.length > 0 ? ["env", ...env] : [],
        ...command(...options, all),
      ];
      await using terminal = await Terminal.open(words);
      await terminal.until((rows) => rows.at(-1) === status(0, 0));
      await play({ terminal, other, server, status, address: all });
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
    await terminal.until(
      (rows) => rows.join("").includes("\x1b[31m   9"),
      "-e",
    );
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
  "chat connects again when the server is lost, and keeps what is typed",
  async (stage) => {
    const { terminal, server, other, status } = stage;
    await terminal.type("half ty");
    await terminal.until((rows) => rows.at(-2) === " 248 > half ty");
    await server.shutdown();
    const address = `127.0.0.1:${server.addr.port}`;
    await terminal.until((rows) =>
      rows.at(-1)!.startsWith(
        `Connection refused; connecting to ${address} in `,
      )
    );
    await terminal.type("ped");
    await terminal.press("Enter");
    await terminal.until((rows) =>
      rows.at(-1) === "Not sent: there is no connection"
    );
    await using _again = serve({ port: server.addr.port });
    await terminal.until((rows) =>
      said(rows).includes(`· connected to ${address}`)
    );
    await terminal.press("Enter");
    const rows = await terminal.until((rows) => rows.at(-1) === status(1, 1));
    assertEquals(said(rows).filter((row) => !/^· connecting/.test(row)), [
      `· lost ${address}: the server ended the connection`,
      `· connected to ${address}`,
      "› half typed",
      " 255 >",
      status(1, 1),
    ]);
    other.close();
  },
);

chatTest(
  "chat goes on with the next server, and leaves on Ctrl-D where there is none",
  async ({ terminal, server, address }) => {
    const [, next] = address.split(",");
    await using second = serve({ port: Number(next!.split(":")[1]) });
    await server.shutdown();
    await terminal.until((rows) =>
      said(rows).includes(`· connected to ${next}`)
    );
    await second.shutdown();
    await terminal.until((rows) => rows.at(-1)!.includes("connecting to "));
    await terminal.press("C-d");
    const rows = await terminal.until((rows) => rows.includes("left with 1"));
    assert(
      rows.join("").includes(
        `client: ${next} was lost, and there was no connection when the input ended`,
      ),
      rows.join("\n"),
    );
    await restored(terminal);
  },
  { addresses: [freeAddress()] },
);

chatTest("chat puts the name before each line", async (stage) => {
  const { terminal, other, status } = stage;
  await terminal.type("x".repeat(249));
  await terminal.until((rows) => rows.at(-2)!.endsWith("x"));
  await terminal.press("Enter");
  await terminal.until((rows) => rows.at(-1) === "Not sent: 1 byte too long");
  await terminal.press("BSpace", "Enter", "C-u");
  await terminal.until((rows) => rows.at(-1) === status(1, 1));
  await terminal.type("hi");
  await terminal.until((rows) => rows.at(-2) === " 246 > hi");
  await terminal.press("Enter");
  const rows = await terminal.until((rows) => rows.at(-1) === status(2, 2));
  assertEquals(said(rows).at(-3), "› alice: hi");
  assertEquals(await hear(other, 2), [
    `alice: ${"x".repeat(248)}`,
    "alice: hi",
  ]);
}, { options: ["--name=alice"] });

test({
  name:
    "chat says how many lines may not have arrived when a connection is lost",
  ignore: !hasTmux,
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const address = formatAddress(listener.addr);
    await using terminal = await Terminal.open(command(address));
    using socket = await inTime(listener.accept());
    await terminal.until((rows) => rows.at(-2) === " 255 >");
    await terminal.paste("one\ntwo\nthree");
    await terminal.press("Enter");
    const buffer = new Uint8Array(64);
    for (let n = 0; n < 14; n += (await inTime(socket.read(buffer)))!);
    await socket.write(new TextEncoder().encode("\x03one"));
    socket.close();
    const told =
      `· lost ${address}: the server ended the connection; 2 lines may not have arrived`;
    const rows = await terminal.until(
      (rows) => said(rows).includes(told),
      "-J",
    );
    assertEquals(said(rows)[0], "› one");
  },
});

test({
  name: "chat suspends on Ctrl-Z, and comes back with the screen whole",
  ignore: !hasTmux,
  async fn() {
    await using server = serve({ port: 0 });
    using other = await connect(server.addr);
    const address = `127.0.0.1:${server.addr.port}`;
    const status = (received: number) =>
      `${address} · ${received} in · 0 out · Ctrl-D to end`;
    await using terminal = await Terminal.open(["bash", "--norc", "-i"]);
    await terminal.type(command(address).join(" "));
    await terminal.press("Enter");
    await terminal.until((rows) => rows.at(-1) === status(0));
    await terminal.type("half typed");
    await terminal.until((rows) => rows.at(-2) === " 245 > half typed");
    await terminal.press("C-z", "C-z"); // the second means the same
    const stopped = await terminal.until((rows) =>
      rows.some((row) => row.includes("Stopped"))
    );
    assert(!stopped.some((row) => row.includes("half typed")));
    await terminal.type("stty -a | grep -o -w icanon");
    await terminal.press("Enter");
    await terminal.until((rows) => rows.includes("icanon"));
    await other.send("bob: meanwhile");
    await terminal.type("fg");
    await terminal.press("Enter");
    const rows = await terminal.until((rows) => rows.at(-1) === status(1));
    assertEquals(said(rows).slice(-3), [
      "  bob: meanwhile",
      " 245 > half typed",
      status(1),
    ]);
    await terminal.type("!");
    await terminal.until((rows) => rows.at(-2) === " 244 > half typed!");
  },
});

test({
  name: "chat behind deno task does not suspend, which would lose the terminal",
  ignore: !hasTmux,
  async fn() {
    await using server = serve({ port: 0 });
    const address = `127.0.0.1:${server.addr.port}`;
    const task = `--config=${path("deno.json")}`;
    await using terminal = await Terminal.open(
      [Deno.execPath(), "task", "--quiet", task, "client", address],
    );
    await terminal.until((rows) => rows.at(-1)!.startsWith(address));
    await terminal.press("C-z");
    await terminal.until((rows) =>
      rows.at(-1) === "A program that deno task runs cannot be suspended"
    );
    await terminal.type("goes on");
    await terminal.until((rows) => rows.at(-2) === " 248 > goes on");
  },
});

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
    // What it has half drawn stays, perhaps before this: no more of it was taken.
    await terminal.until((rows) =>
      rows.some((row) => row.includes("left with 143"))
    );
    await terminal.until(isCooked);
  },
);

test({
  name: "chat ends without a word about the program when its terminal is gone",
  ignore: !hasTmux,
  async fn() {
    await using server = serve({ port: 0 });
    const address = `127.0.0.1:${server.addr.port}`;
    const directory = await Deno.makeTempDir({ prefix: "zillions-" });
    const log = `${directory}/log`;
    const client = command(address).map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(
      `${directory}/script`,
      `trap "" HUP\n${client} 2>'${log}'\necho "ended with $?" >>'${log}'\n`,
    );
    {
      await using terminal = await Terminal.open(["sh", `${directory}/script`]);
      await terminal.until((rows) => rows.at(-1)!.startsWith(address));
    }
    const text = await eventually(
      "the client to end",
      () => Deno.readTextFile(log),
      (text) => text.includes("ended"),
    );
    assertMatch(
      text,
      /^(client: cannot (read the in|write the out)put: .*\n)?ended with (1|129)\n$/,
    );
    await Deno.remove(directory, { recursive: true });
  },
});

chatTest("chat needs no colour", async ({ terminal, other, status }) => {
  await other.send("bob: hi");
  await terminal.type("x".repeat(250));
  await terminal.until((rows) => rows.at(-1) === status(1, 0));
  await terminal.until((rows) => rows.some((row) => row.startsWith("   5 ! ")));
  const rows = await terminal.rows("-e");
  assert(!rows.join("").includes("\x1b["), JSON.stringify(rows));
}, { env: ["NO_COLOR=1"] });

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
