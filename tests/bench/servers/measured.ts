/**
 * Our server with a web side, and what it uses: `measured.ts FIGURE WEB ADDRESS`, three
 * addresses. At the first it says, over HTTP, how many bytes are in use once what is
 * garbage has been collected. Needs `--v8-flags=--expose-gc`.
 */
// deno-lint-ignore-file no-console -- it says that it is ready
import { serve } from "../../../lib/server/serve.ts";
import { serveWeb } from "../../../lib/web/serve_web.ts";
import { parseAddress } from "../../../lib/wire/address.ts";

const [figure, web, tcp] = Deno.args.map(parseAddress);
const { gc } = globalThis as unknown as { gc(): void };

const server = serve(tcp!);
await serveWeb(server, web!);
Deno.serve({ ...figure!, onListen() {} }, () => {
  gc();
  gc();
  const { rss, heapTotal, heapUsed } = Deno.memoryUsage();
  return new Response(`${rss - heapTotal + heapUsed}`);
});
console.log(`listening on ${Deno.args[2]}`);
