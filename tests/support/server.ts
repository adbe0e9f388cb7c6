/** Servers in this process. */
import { serve, type Server, type ServeTcpOptions } from "../../lib/server.ts";
import { macrotask } from "./jitter.ts";

/** Listens on a free port. */
export function start(options: ServeTcpOptions = {}): Server {
  return serve({ port: 0, ...options });
}

/** Waits until `server`'s figures are as `holds` says; each look lets sockets move. */
export async function until<A extends Deno.Addr>(
  server: Server<A>,
  holds: (server: Server<A>) => boolean,
): Promise<void> {
  while (!holds(server)) await macrotask();
}

/** Broadcasts until clients that do not read can take no more. */
export async function stick(server: Server): Promise<void> {
  const run = new Uint8Array(256 * 64).fill(255);
  for (let before = -1; server.stats().bytesOut !== before;) {
    before = server.stats().bytesOut;
    for (let n = 0; n < 100; n++) {
      server.hub.broadcast(run, 64);
      await macrotask();
    }
  }
}
