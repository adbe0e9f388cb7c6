import { serve } from "./lib/server.ts";
import { formatAddress, parseAddress } from "./lib/address.ts";
serve({
  ...parseAddress(Deno.args[0]!),
  onListen: (a) => console.log(`listening on ${formatAddress(a)}`),
  onError: console.error,
});
