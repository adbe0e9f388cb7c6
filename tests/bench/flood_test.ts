import { assertRejects } from "@std/assert";
import type { Server } from "../../lib/stresstest/target/server.ts";
import { formatAddress } from "../../lib/wire/address.ts";
import { test } from "../support/test.ts";
import { flood, FRAMED, NotServedError } from "./flood.ts";

test("flood() ends when nobody is there, or somebody is not served", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const server = {
    pids: [Deno.pid],
    nodes: [formatAddress(listener.addr as Deno.NetAddr)],
  } as Partial<Server> as Server;
  const closing = (async () => {
    for await (const connection of listener) connection.close();
  })();
  await assertRejects(() => flood(server, FRAMED, 100), NotServedError);
  listener.close();
  await closing;
  await assertRejects(() => flood(server, FRAMED, 100), NotServedError);
});
