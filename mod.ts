/**
 * Zillions, a small broadcast chat server: every message of every client goes to
 * all clients, in one order.
 *
 * @module
 */
export * from "./lib/client.ts";
export * from "./lib/frame.ts";
export * from "./lib/framer.ts";
export * from "./lib/hub.ts";
export * from "./lib/server.ts";

if (import.meta.main) {
  const { main } = await import("./main.ts");
  await main(Deno.args);
}
