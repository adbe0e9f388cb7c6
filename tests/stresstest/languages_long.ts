/** Right servers in other languages pass in every mode. */
import { assert, assertEquals } from "@std/assert";
import { playLoad } from "../../lib/stresstest/load/load.ts";
import { Reference } from "../../lib/stresstest/load/reference.ts";
import { emptyResults } from "../../lib/stresstest/load/rounds.ts";
import { sweep } from "../../lib/stresstest/load/sweep.ts";
import type { LoadSettings } from "../../lib/stresstest/load/settings.ts";
import { isInstalled } from "../bench/support.ts";
import { path } from "../support/script.ts";
import { test } from "../support/test.ts";
import { ANY_PORT, NEVER, READY, start, target } from "./servers.ts";

const LOAD: LoadSettings = {
  rate: 1000,
  count: 400,
  publishers: 2,
  subscribers: 3,
  participants: 3,
  sampled: 4,
  stuck: 1,
  churn: 2,
  body: { min: 16, max: 255 },
  timeout: 20_000,
  maxLost: 1,
};

async function assertPasses(server: string): Promise<void> {
  await using running = await start(server);
  {
    using reference = new Reference(running, {
      publishers: 2,
      subscribers: 3,
      messages: 100,
      tick: 1000,
      timeout: 20_000,
      maxLost: 0,
    });
    const run = await reference.repetition({ stop: NEVER });
    assertEquals([run.violations, run.lost, run.cuts], [[], 0, null]);
  }
  const loaded = await playLoad(running, LOAD, 0, { stop: NEVER });
  assertEquals(loaded.violations, []);
  assert(loaded.received > 0);
  const stop = new AbortController();
  const [result] = emptyResults([target(server)]);
  const options = {
    addresses: [ANY_PORT],
    readyTimeout: READY,
    warmUp: 0,
    stop: stop.signal,
    onBegin: () => () => {},
    onRun: () => stop.abort(),
    onStderr() {},
  };
  const settings = { ...LOAD, churn: 0, stuck: 0, duration: 0.2 };
  await sweep([target(server)], [result!], options, settings);
  assertEquals(result!.runs.map(({ violations }) => violations), [[]]);
  assertEquals([result!.remarks, result!.killed], [[], false]);
}

const windows = Deno.build.os === "windows";

test({
  name: "a server in Python passes in every mode",
  ignore: windows || !await isInstalled("python3"),
  fn: () => assertPasses(path("tests/stresstest/queue_of_five.py")),
});

test({
  name: "a server in Node passes in every mode",
  ignore: windows || !await isInstalled("node"),
  fn: () => assertPasses(path("tests/gallery/servers/beginner.mjs")),
});

test({
  name: "a server in Go passes in every mode",
  ignore: windows || !await isInstalled("go"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const server = `${folder}/server`;
      const { success } = await new Deno.Command("go", {
        args: [
          "build",
          "-o",
          server,
          path("tests/gallery/servers/channels.go"),
        ],
      }).output();
      assert(success);
      await assertPasses(server);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
