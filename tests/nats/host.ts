// deno-lint-ignore-file no-console -- what it prints is its result
/** A program that joins a room, installs no handlers, and outlives what comes late. */
import { Hub } from "../../lib/hub/hub.ts";
import { joinRoom } from "../../lib/nats/mod.ts";

const LATE = 300;

try {
  await joinRoom(new Hub(), Deno.args[0]!);
} catch (error) {
  console.log(`${error}`);
}
await new Promise((resolve) => setTimeout(resolve, LATE));
