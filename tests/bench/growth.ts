/**
 * How the cost of a delivery and its latency grow: `deno task growth [ROUNDS]`
 * plays loads against this server, draws `.github/growth.svg`, and prints what the
 * README shows.
 */
import { runLine } from "../../lib/stresstest/report/run_line.ts";
import { account } from "./account.ts";
import { playLoad } from "./loads.ts";
import { picture } from "./picture.ts";
import { loadOf, points } from "./points.ts";
import { OURS, type Stage } from "./stage.ts";
import { tool } from "./tool.ts";

const PICTURE = ".github/growth.svg";

export async function growth(rounds: number, stage: Stage): Promise<string> {
  const { all, growth: found } = points();
  const { stop } = stage;
  for (let round = 1; round <= rounds; round++) {
    for (const point of all) {
      const run = await stage.play(
        OURS,
        (server) => playLoad(server, loadOf(point), stop),
      );
      point.runs.push(run);
      stage.say(`${round}/${rounds} ${point.clients} clients, ${runLine(run)}`);
    }
  }
  await Deno.writeTextFile(PICTURE, picture(found));
  return account(found);
}

if (import.meta.main) await tool(Deno.args, growth);
