/**
 * The client, as the package exports it. Imported, it is the library: it connects
 * to a server, and loads nothing of the terminal. Run, it is the command:
 * `deno run --allow-net jsr:@zillions/server/client [ADDRESS]`.
 *
 * @module
 */
export * from "./client.ts";
export * from "./connect.ts";
export { isDisconnect } from "../wire/io_error.ts";

if (import.meta.main) {
  const { main } = await import("./chat/main.ts");
  await main(Deno.args);
}
