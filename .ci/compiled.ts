/**
 * What is compiled: the command, with the packages that it would otherwise download
 * when it needs them.
 */
import "npm:@nats-io/nats-core@^3.4.0";
import "npm:@nats-io/nats-core@^3.4.0/internal";
import "npm:@nats-io/transport-node@^3.4.0/lib/node_transport.js";
import "npm:@nats-io/jetstream@^3.4.0";
import { main } from "../main.ts";

await main(Deno.args);
