/**
 * `deno task nodes`: an engine and three nodes, until Ctrl-C.
 */
// deno-lint-ignore-file no-console -- it tells people where to connect
import { formatAddress } from "../../lib/wire/address.ts";
import { Command, freeAddress, ours } from "../support/command.ts";
import { NATS_SERVER, NatsServer } from "./nats_server.ts";

const NODES = 3;

if (!NATS_SERVER) {
  console.error(
    "nodes: no nats-server: install it, or name it in the environment as NATS_SERVER",
  );
  Deno.exit(1);
}
const stop = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, stop.resolve);
}
await using stack = new AsyncDisposableStack();
const engine = stack.use(await NatsServer.start());
console.log(`engine ${engine.url}`);
const nodes: Command[] = [];
for (let n = 0; n < NODES; n++) {
  const command = [...ours("--allow-net"), "--nats", engine.url];
  const node = stack.use(await Command.start(freeAddress(), command));
  nodes.push(node);
  console.log(`node ${formatAddress(node.address)}`);
}
console.log("Talk to any of them: deno task client ADDRESS. Ctrl-C ends all.");
await stop.promise;
for (const node of nodes) node.kill("SIGTERM");
await Promise.all(nodes.map((node) => node.end()));
