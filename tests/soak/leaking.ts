/** Our server, with a leak: `leaking.ts memory|descriptors ADDRESS`. */
import { main } from "../../main.ts";

const kept: unknown[] = [];
const [what, ...args] = Deno.args;

setInterval(() => {
  if (what === "memory") kept.push(new Uint8Array(1024 ** 2).fill(1));
  else kept.push(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
}, 1000);

await main(args);
