/**
 * Style: the least there can be in Deno: what a read brings is written to all at once.
 * Wakes: nothing waits, so nothing is woken. It is the floor under latency and memory.
 * Slow client: its writes wait in memory, without a bound.
 * Gives up: framing, so that a split message mixes with others; bounds; half-closed
 * clients; and it ends with the first connection that breaks.
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
