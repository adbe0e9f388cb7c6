// deno-lint-ignore-file no-console -- what it prints is its result
/** A program with a link, which publishes as soon as it is up. It prints each state. */
import { Link } from "../../lib/nats/link.ts";
import { loadPackages } from "../../lib/nats/packages.ts";

const [server, changes] = Deno.args;
const link = new Link(await loadPackages(), {
  servers: [server!],
  tls: false,
  name: "test",
});
const states = link.states();
for (let n = Number(changes); n > 0; n--) {
  const { value: isUp } = await states.next();
  console.log(isUp ? "up" : "down");
  if (isUp) link.connection.publish("x", new Uint8Array(), { reply: "y" });
}
await link.close();
await states.next();
