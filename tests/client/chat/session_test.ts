/** The session of the client at a terminal, with connections that are played. */
import { assertEquals, assertRejects } from "@std/assert";
import { Session } from "../../../lib/client/chat/session.ts";
import {
  type Client,
  TruncatedFrameError,
} from "../../../lib/client/client.ts";
import { inTime } from "../../support/eventually.ts";
import { test } from "../../support/test.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A connection that has one message, and ends as `end` says. */
function connection(address: string, end: () => void): Client {
  const client = {
    address,
    send: () => Promise.resolve(),
    closeWrite: () => Promise.resolve(),
    close: () => {},
    async *[Symbol.asyncIterator]() {
      await Promise.resolve();
      yield bytes(`from ${address}`);
      end();
    },
  };
  return client as unknown as Client;
}

function fail(error: Error): () => never {
  return () => {
    throw error;
  };
}

/** A session over connections, one after the other, and what it tells. */
function open(...connections: Client[]) {
  const told: string[] = [];
  const session = new Session({
    client: connections.shift()!,
    connector: { reconnect: () => Promise.resolve(connections.shift()!) },
    onMessage: ({ text }) => {
      told.push(`${text}`);
      return Promise.resolve();
    },
    onNotice: (text) => told.push(text),
    onChange: () => {},
  });
  return { session, told };
}

test("Session: a connection that is reset, or ends inside a message, is followed by another", async () => {
  const { session, told } = open(
    connection("a:1", fail(new Deno.errors.ConnectionReset("Reset"))),
    connection("b:2", fail(new TruncatedFrameError(1, 9))),
    connection("c:3", () => session.finish()),
  );
  await inTime(session.run());
  assertEquals(told, [
    "from a:1",
    "lost a:1: Reset",
    "connected to b:2",
    "from b:2",
    "lost b:2: the connection ended inside a message",
    "connected to c:3",
    "from c:3",
  ]);
});

test("Session: a connection that is lost after finish(), and an error of our own, are the end", async () => {
  const reset = new Deno.errors.ConnectionReset("Reset");
  const finished = open(connection("a:1", fail(reset)));
  finished.session.finish();
  await assertRejects(
    () => inTime(finished.session.run()),
    Deno.errors.ConnectionReset,
  );
  const broken = open(connection("a:1", fail(new TypeError("a defect"))));
  await assertRejects(
    () => inTime(broken.session.run()),
    TypeError,
    "a defect",
  );
});
