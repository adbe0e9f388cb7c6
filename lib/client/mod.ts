/**
 * The client, as the package exports it. Imported, it is the library, and loads
 * nothing of the terminal; run, it is the command-line client:
 * `deno run --allow-net jsr:@zillions/server/client [ADDRESS]`.
 *
 * @module
 */
export * from "./client.ts";
export { isDisconnect } from "../wire/io_error.ts";

if (import.meta.main) {
  const { main } = await import("./chat/main.ts");
  await main(Deno.args);
}
