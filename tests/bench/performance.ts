/**
 * Every figure of the README's section on performance: `deno task performance [ROUNDS]`
 * prints them, and draws the picture anew.
 */
import { growth } from "./growth.ts";
import { others } from "./others.ts";
import { tool } from "./tool.ts";

if (import.meta.main) {
  await tool(
    Deno.args,
    async (rounds, stage) =>
      `${await others(rounds, stage)}\n${await growth(rounds, stage)}`,
  );
}
