/**
 * Judges a server: the tests of the specification, and loads of the stress tester that
 * any server should bear. `guarantees.ts` says what it means.
 */
import { playLoad } from "../../lib/stresstest/load/load.ts";
import {
  hasServerFailed,
  type RunResult,
} from "../../lib/stresstest/load/result.ts";
import type { LoadSettings } from "../../lib/stresstest/load/settings.ts";
import type { Server } from "../../lib/stresstest/target/server.ts";
import type { Stage } from "../bench/stage.ts";
import type { Built } from "./build.ts";
import { FULL, settings } from "./loads.ts";
import type { JudgedLoad, Judgement } from "./result.ts";
import { specification } from "./specification.ts";
import { play, withEngine } from "./start.ts";

/** Milliseconds that a test of the specification waits for what should come. */
const PATIENCE = 15_000;

/** Everybody talks and listens, and some come and go; nothing may be lost. */
const LIGHT = {
  rate: 1000,
  count: 2500,
  participants: 6,
  subscribers: 6,
  churn: 4,
  body: { min: 16, max: 255 },
  maxLost: 0,
};

/** More than sockets hold, beside clients that take none of it. */
const STUCK = {
  rate: 50_000,
  count: 50_000,
  publishers: 1,
  subscribers: 2,
  stuck: 3,
  body: { min: 255, max: 255 },
};

/** A thousand clients, to whom little is said. */
const MANY = { rate: 20, count: 20, publishers: 1, subscribers: 1000 };

const JUDGED: [JudgedLoad, Partial<LoadSettings> & { rate: number }][] = [
  ["light", LIGHT],
  ["stuck", STUCK],
  ["many", MANY],
];

/**
 * Plays all of it, the tests of the specification on request. What was not reached, because the server died, is not there.
 */
export async function judge(
  built: Built,
  stage: Stage,
  withTests = true,
): Promise<Judgement> {
  const { stop } = stage;
  const judgement: Judgement = { violations: {} };
  if (withTests && !built.style.isNats) {
    judgement.specification = await withEngine(
      built,
      ({ command }) =>
        specification(command!, { patience: PATIENCE, signal: stop }),
    );
    stop.throwIfAborted();
  }
  for (const [name, load] of JUDGED) {
    const asked = settings(FULL, 1, load);
    let started: Server;
    const run = await play(built, stage, (server): Promise<RunResult> => {
      started = server;
      return playLoad(server, asked, 0, { stop });
    });
    judgement.violations[name] = run.violations;
    const failed = hasServerFailed(run);
    if (name === "light" && !failed) judgement.ends = !started!.killed;
    if (name === "light" && failed) break;
  }
  return judgement;
}
