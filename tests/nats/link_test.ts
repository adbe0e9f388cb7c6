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

test("Link: nonsense ends the connection, is not printed, and the next is tried", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const talking = talk(listener, ["nonsense", "MSG a b c d", "PONG"]);
  const { code, stdout, stderr } = await run(
    script("tests/nats/link_host.ts", "-A").concat(
      `127.0.0.1:${listener.addr.port}`,
      "5",
    ),
  );
  await inTime(talking, "the end of the talk");
  assertEquals([code, stdout.trim().split("\n"), stderr], [
    0,
    ["up", "down", "up", "down", "up"],
    "",
  ]);
});
