/** The link to an engine that is none. */
import { assertEquals } from "@std/assert";
import { isDisconnect } from "../../lib/wire/io_error.ts";
import { run } from "../support/command.ts";
import { inTime } from "../support/eventually.ts";
import { script } from "../support/script.ts";
import { test } from "../support/test.ts";

const encoder = new TextEncoder();

const INFO =
  `INFO {"server_id":"x","version":"2.9.0","proto":1,"headers":true,"max_payload":1048576}`;

/** Listens as an engine that greets each client, and answers what it publishes by one of `words`. */
async function talk(listener: Deno.Listener, words: string[]): Promise<void> {
  for (const word of words) {
    const socket = await listener.accept();
    const say = (line: string) => socket.write(encoder.encode(`${line}\r\n`));
    try {
      await say(INFO);
      for await (const bytes of socket.readable) {
        const said = new TextDecoder().decode(bytes);
        if (said.includes("PING")) await say("PONG");
        if (said.includes("PUB")) await say(word);
      }
    } catch (error) {
      if (!isDisconnect(error)) throw error; // the client is gone
    }
  }
}

/** What is no engine's greeting, and what is answered to the client's first words then. */
const GREETINGS: readonly [hello: string, answer: string][] = [
  ["nonsense\r\n", ""],
  ["\0\xff".repeat(100_000), ""],
  ["x".repeat(8 * 1024 * 1024), ""],
  ["INFO {", ""],
  ["INFO nonsense\r\n", ""],
  ["INFO null\r\n", ""],
  [`${INFO}\r\nnonsense\r\n`, ""],
  [`${INFO}\r\nINFO {\r\n`, ""],
  [`${INFO.replace("2.9.0", "x")}\r\n`, "PONG\r\n"],
  [`${INFO.replace("}", ',"nonce":1}')}\r\n`, "nonsense\r\n"],
  [`${INFO.replace("}", ',"connect_urls":["::x::"]}')}\r\n`, "x\r\n"],
  [`${INFO.replace("}", ',"tls_required":true}')}\r\n`, "x".repeat(4096)],
  [`${INFO}\r\n`, "-ERR\r\n"],
  [`${INFO}\r\n`, "INFO ".padEnd(8 * 1024 * 1024, "x")],
];

/** Fails unless a program without handlers prints these states of its link, and nothing else. */
async function assertStates(
  listener: Deno.Listener,
  states: string[],
): Promise<void> {
  const { port } = listener.addr as Deno.NetAddr;
  const { code, stdout, stderr } = await run(
    script("tests/nats/link_host.ts", "-A").concat(
      `127.0.0.1:${port}`,
      `${states.length}`,
    ),
  );
  assertEquals([code, stdout.trim().split("\n"), stderr], [0, states, ""]);
}

/** Greets each client by one of them, and ends the connection. */
async function greet(listener: Deno.Listener): Promise<void> {
  for (const [hello, answer] of GREETINGS) {
    using socket = await listener.accept();
    try {
      await writeAll(socket, hello);
      if (answer && await socket.read(new Uint8Array(1024))) {
        await writeAll(socket, answer);
      }
    } catch (error) {
      if (!isDisconnect(error)) throw error;
    }
  }
}

async function writeAll(socket: Deno.Conn, text: string): Promise<void> {
  let rest = encoder.encode(text);
  while (rest.length > 0) rest = rest.subarray(await socket.write(rest));
}

test("Link: nonsense instead of a greeting is not printed, and the next is tried", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const talking = greet(listener).then(() => talk(listener, ["PONG"]));
  await assertStates(listener, ["down", "up"]);
  await inTime(talking, "the end of the talk");
});

test("Link: nonsense ends the connection, is not printed, and the next is tried", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const talking = talk(listener, ["nonsense", "INFO {", "MSG a b c d", "PONG"]);
  await assertStates(listener, [
    "up",
    "down",
    "up",
    "down",
    "up",
    "down",
    "up",
  ]);
  await inTime(talking, "the end of the talk");
});
