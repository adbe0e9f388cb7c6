/** Our command where the wall clock tells no time: only what is shown may need it. */
class NoDate extends Date {
  constructor() {
    super(NaN);
  }

  static override now(): number {
    return NaN;
  }
}
Object.defineProperty(globalThis, "Date", { value: NoDate });
const { main } = await import("../../main.ts");
await main(Deno.args);
