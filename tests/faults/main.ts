/**
 * `deno task faults [--light] [WORD...]`: injects each fault (or those with one of
 * the words in their name) with more of everything than in the tests, or with as
 * little, and prints a table: fault, expected, seen. Exit code 1 when something else
 * was seen; a time that is longer than expected is marked only, for the machine may be
 * busy with other things.
 */
// deno-lint-ignore-file no-console -- the table is its answer
import Table from "cli-table3";
import { faults } from "./fault.ts";
import "./crowd_test.ts";
import "./half_close_test.ts";
import "./machine_test.ts";
import "./network_test.ts";
import "./nodes_test.ts";
import "./nodes_links_test.ts";
import "./nodes_engine_test.ts";
import "./nodes_stream_test.ts";
import "./resets_test.ts";
import "./time_test.ts";
import "./trickle_test.ts";

const words = Deno.args.filter((word) => word !== "--light");
const weight = words.length < Deno.args.length ? "light" : "heavy";
const table = new Table({
  head: ["fault", "expected", "seen"],
  colWidths: [24, 32, 44],
  wordWrap: true,
  style: { head: [], border: [] },
});
for (const [name, fault] of faults) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  let seen = fault.whyNot("heavy");
  if (seen) {
    seen = `skipped: ${seen}`;
  } else {
    try {
      seen = await fault.happen(weight);
    } catch (error) {
      seen = `NOT AS EXPECTED: ${Deno.inspect(error)}`;
      Deno.exitCode = 1;
    }
  }
  console.error(`${name}: ${seen}`); // as it happens; the table comes at the end
  table.push([name, fault.expected, seen]);
}
console.log(table.toString());
Deno.exit();
