// deno-lint-ignore-file no-console -- what it prints is its result
/** A program for Node: joins a room, says something, and prints what it hears. */
import { encode, Hub } from "../../mod.ts";
import { joinRoom } from "../../lib/nats/mod.ts";

const { process } = globalThis as unknown as { process: { argv: string[] } };
const hub = new Hub();
try {
  const room = await joinRoom(hub, process.argv[2]!);
  const channel = hub.subscribe();
  room.publish({ bytes: encode("from Node"), count: 1 });
  const { value } = await channel.next();
  console.log(new TextDecoder().decode(value!.bytes.subarray(1)));
  await room.close();
} catch (error) {
  console.log(`${error}`);
}
