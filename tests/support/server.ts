/** Servers in this process. */
import {
  serve,
  type Server,
  type ServeTcpOptions,
} from "../../lib/server/serve.ts";
import { eventually } from "./eventually.ts";
import { macrotask } from "./jitter.ts";

/** Listens on a free port. */
export function start(options: ServeTcpOptions = {}): Server {
  return serve({ port: 0, ...options });
}

/** Waits until `server`'s stats are as `holds` says; each look lets sockets move. */
export async function until<A extends Deno.Addr>(
  server: Server<A>,
  holds: (server: Server<A>) => boolean,
): Promise<void> {
  await eventually(
    `${holds}`,
    () => server.stats(),
    () => holds(server),
  );
}

/** More than the system's buffers take for one client, in bytes. */
const TOO_MUCH = 16 * 1024 * 1024;

/** After so many broadcasts of which nothing is taken nobody takes anything. */
const ENOUGH = 256;

/** Broadcasts until clients that do not read can take no more; others may read. */
export async function stick(server: Server): Promise<void> {
  const run = new Uint8Array(256 * 64).fill(255);
  let taken = 0;
  let idle = 0;
  let sent = 0;
  while (sent < TOO_MUCH || (idle < ENOUGH && sent < 4 * TOO_MUCH)) {
    server.hub.broadcast(run, 64);
    sent += run.length;
    await macrotask();
    const { bytesOut } = server.stats();
    idle = bytesOut === taken ? idle + 1 : 0;
    taken = bytesOut;
  }
}
