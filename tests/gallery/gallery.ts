/**
 * Plays everything against every server: in each round each load is played against all
 * of them, one after the other, so that what changes on the machine hits all alike.
 */
import { microseconds, rate } from "../../lib/stresstest/report/format.ts";
import { StartError } from "../../lib/stresstest/target/start_error.ts";
import { FRAMED, NATS } from "../bench/flood.ts";
import type { Stage } from "../bench/stage.ts";
import { path } from "../support/script.ts";
import { build, type Built, LeftOut } from "./build.ts";
import { judge } from "./judge.ts";
import { type LoadName, LOADS, type Size } from "./loads.ts";
import type { GalleryResult, Measurement, ServerResult } from "./result.ts";
import { play } from "./start.ts";
import { headOf, linesOfCode, type Style } from "./styles.ts";

/** What is played. */
export interface Asked {
  styles: readonly Style[];
  loads: readonly LoadName[];
  /** Whether the guarantees are judged. */
  judged: boolean;
  size: Size;
}

/** Adds to `result` as it goes, so that an interruption keeps what is done. */
export async function gallery(
  { styles, loads, judged, size }: Asked,
  result: GalleryResult,
  stage: Stage,
): Promise<void> {
  const all: [Built, ServerResult][] = [];
  for (const style of styles) {
    if (style.build) stage.say(`building ${style.name}, if its source is new`);
    try {
      const built = await build(style);
      all.push([built, await emptyResult(built)]);
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      result.leftOut.push({ name: style.name, reason: error.message });
      stage.say(`${style.name} is left out: ${error.message}`);
    }
  }
  result.servers.push(...all.map(([, server]) => server));
  const plays = all.length * (loads.length * size.rounds + Number(judged));
  let played = 0;
  const say = (server: ServerResult, text: string) =>
    stage.say(`${++played}/${plays} ${server.name}, ${text}`);
  for (const [built, server] of judged ? all : []) {
    await unlessItFails(server, say, async () => {
      server.judgement = await judge(built, stage);
      say(server, "judged");
    });
  }
  for (let round = 0; round < size.rounds; round++) {
    for (const name of loads) {
      for (const [built, server] of all) {
        await unlessItFails(server, say, async () => {
          const wire = built.style.isNats ? NATS : FRAMED;
          const found = await play(
            built,
            stage,
            (each) => LOADS[name].play(each, { size, wire, stop: stage.stop }),
          );
          (server.loads[name] ??= []).push(found);
          say(server, `${LOADS[name].title}: ${line(found)}`);
        });
      }
    }
  }
}

/** A server that does not get ready is told of, and the others go on. */
async function unlessItFails(
  server: ServerResult,
  say: (server: ServerResult, text: string) => void,
  fn: () => Promise<void>,
): Promise<void> {
  try {
    await fn();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    say(server, error.message);
  }
}

async function emptyResult({ style, version }: Built): Promise<ServerResult> {
  const { name, source, about, build = "", run } = style;
  const text = await Deno.readTextFile(path(source));
  const head = about ?? text;
  return {
    ...{ name, version, source, build, run },
    text: about === undefined ? text : "",
    lines: about === undefined ? linesOfCode(text) : null,
    head: {
      style: headOf(head, "Style"),
      wakes: headOf(head, "Wakes"),
      slowClient: headOf(head, "Slow client"),
      givesUp: headOf(head, "Gives up"),
    },
    judgement: { violations: {} },
    loads: {},
  };
}

/** A play in a line. */
function line(found: Measurement): string {
  const { p99Microseconds, deliveriesPerSecond, violations } = found;
  return [
    `${rate(deliveriesPerSecond ?? 0)}`,
    ...p99Microseconds === null ? [] : [`p99 ${microseconds(p99Microseconds)}`],
    ...violations.slice(0, 1).map(({ verdict, text }) => `${verdict}: ${text}`),
  ].join(", ");
}
