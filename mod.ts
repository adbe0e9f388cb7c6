/**
 * Zillions, a small broadcast chat server: every message of every client goes to
 * all clients, in one order, and no client holds up another.
 *
 * Run, it is the command, `deno run --allow-net jsr:@zillions/server ADDRESS`.
 * Imported, it is the library and does nothing by itself: {@linkcode serve} is
 * the server, {@linkcode Hub} what it sends with, {@linkcode connect} the other
 * end, {@linkcode frames} and {@linkcode encode} the wire between them. Their
 * modules say what each guarantees.
 *
 * @module
 */
export * from "./lib/client/client.ts";
export * from "./lib/client/connect.ts";
export * from "./lib/wire/frame.ts";
export * from "./lib/wire/framer.ts";
export * from "./lib/hub/hub.ts";
export * from "./lib/server/serve.ts";

if (import.meta.main) {
  const { main } = await import("./main.ts");
  await main(Deno.args);
}
