/**
 * The gallery as a command: `deno task gallery [OPTIONS] [NAME...]`. Exit codes: 0 when
 * all was played, 2 when it was called wrongly, 130 and 143 after SIGINT and SIGTERM,
 * when the results so far are kept.
 */
// deno-lint-ignore-file no-console -- a tool for people
import { environment } from "../../lib/stresstest/report/environment.ts";
import { path } from "../support/script.ts";
import { Stage } from "../bench/stage.ts";
import { type Arguments, HELP, parse, UsageError } from "./arguments.ts";
import { gallery } from "./gallery.ts";
import { page } from "./page.ts";
import { picture } from "./picture.ts";
import { type GalleryResult, merge } from "./result.ts";
import { table } from "./table.ts";

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

async function main(args: string[]): Promise<number> {
  const parsed = parse(args);
  if (parsed === "help") {
    console.log(HELP);
    return 0;
  }
  Deno.chdir(path("."));
  Deno.env.set("NO_COLOR", "1"); // what servers print goes into a page
  const stop = new AbortController();
  const handlers = Object.entries(SIGNALS).map(([name, code]) => {
    const signal = name as keyof typeof SIGNALS;
    const handler = () => stop.abort(code);
    Deno.addSignalListener(signal, handler);
    return () => Deno.removeSignalListener(signal, handler);
  });
  try {
    const result = await resultOf(parsed, stop.signal);
    console.log(table(result));
    await Deno.writeTextFile(parsed.report, page(result));
    if (parsed.json) {
      await Deno.writeTextFile(parsed.json, JSON.stringify(result, null, 1));
    }
    if (parsed.picture) {
      await Deno.writeTextFile(parsed.picture, picture(result));
    }
    console.error(`see ${parsed.report}`);
  } finally {
    for (const remove of handlers) remove();
  }
  return stop.signal.aborted ? stop.signal.reason : 0;
}

/** What was found before, or is found now. */
async function resultOf(
  { asked, from }: Arguments,
  stop: AbortSignal,
): Promise<GalleryResult> {
  if (from.length > 0) {
    const texts = await Promise.all(
      from.map((name) => Deno.readTextFile(name)),
    );
    return merge(texts.map((text) => JSON.parse(text)));
  }
  const result: GalleryResult = {
    environment: environment(),
    servers: [],
    leftOut: [],
    played: 0,
    disturbed: 0,
  };
  const stage = new Stage(stop);
  try {
    await gallery(asked, result, stage);
  } catch (error) {
    if (!stop.aborted) throw error;
    console.error("interrupted: what is done is kept");
  }
  result.played = stage.played;
  result.disturbed = stage.disturbed;
  return result;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main(Deno.args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`gallery: ${error.message}`);
    Deno.exitCode = 2;
  }
}
