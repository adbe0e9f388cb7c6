/** Our command where the wall clock cannot be looked at: whoever tries, fails. */
Object.defineProperty(globalThis, "Date", {
  get(): never {
    throw new Error("the wall clock was looked at");
  },
});
const { main } = await import("../../main.ts");
await main(Deno.args);
