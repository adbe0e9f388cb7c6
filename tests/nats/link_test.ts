// deno-lint-ignore-file no-console -- it looks at what is printed
/** The link to an engine that is none. */
import { assertEquals } from "@std/assert";
import { Link } from "../../lib/nats/link.ts";
import { loadPackages } from "../../lib/nats/packages.ts";
import { inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";

const encoder = new TextEncoder();

const INFO =
  `INFO {"server_id":"x","version":"2.9.0","proto":1,"headers":true,"max_payload":1048576}`;

/** Listens as an engine that greets each client, and answers what it publishes by one of `words`. */
async function talk(listener: Deno.Listener, words: string[]): Promise<void> {
  for (const word of words) {
    const socket = await listener.accept();
    const say = (line: string) => socket.write(encoder.encode(`${line}\r\n`));
    await say(INFO);
    for await (const bytes of socket.readable) {
      const said = new TextDecoder().decode(bytes);
      if (said.includes("PING")) await say("PONG");
      if (said.includes("PUB")) await say(word);
    }
  }
}

test("Link: nonsense ends the connection, is not printed, and the next is tried", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const talking = talk(listener, ["nonsense", "MSG a b c d", "PONG"]);
  const printed: unknown[] = [];
  const { log } = console;
  using stack = new DisposableStack();
  stack.defer(() => console.log = log);
  console.log = (...words) => printed.push(words);
  const link = new Link(await loadPackages(), {
    servers: [`127.0.0.1:${listener.addr.port}`],
    tls: false,
    name: "test",
  });
  const states = link.states();
  for (const expected of [true, false, true, false, true]) {
    const { value } = await inTime(states.next(), "a change");
    assertEquals(value, expected);
    if (expected) {
      link.connection.publish("x", new Uint8Array(), { reply: "y" });
    }
  }
  await link.close();
  await inTime(states.next(), "the end");
  await inTime(talking, "the end of the talk");
  assertEquals(printed, []);
});
