/**
 * The least that a server can be in Deno: what a read brings is written to every
 * client at once. It frames nothing, bounds nothing, waits for nobody and survives
 * nothing. It is the floor under request and reply, and under the memory of an idle
 * client: `deno run --allow-net tests/bench/servers/least.ts 127.0.0.1:8080`.
 */
// deno-lint-ignore-file no-console -- the specification asks for this line
import { parseAddress } from "../../../lib/wire/address.ts";

const address = Deno.args[0]!;
const listener = Deno.listen({ ...parseAddress(address), tcpBacklog: 4096 });
console.log(`listening on ${address}`);

const clients = new Set<Deno.TcpConn>();

async function serve(client: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(512);
  for (let read; (read = await client.read(buffer)) !== null;) {
    const bytes = buffer.slice(0, read);
    for (const each of clients) each.write(bytes);
  }
  clients.delete(client);
}

for await (const client of listener) {
  client.setNoDelay(true);
  clients.add(client);
  serve(client);
}
