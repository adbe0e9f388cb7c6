import { assert, assertEquals } from "@std/assert";
import { playLoad } from "../../../lib/stresstest/load/load.ts";
import { Reference } from "../../../lib/stresstest/load/reference.ts";
import type { RunResult } from "../../../lib/stresstest/load/result.ts";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { NEVER, start } from "../servers.ts";
import { LOAD, REFERENCE } from "../settings.ts";
import { test } from "../../support/test.ts";

const MODES = {
  async load(addresses: string): Promise<RunResult> {
    await using server = await start(addresses);
    return await playLoad(server, { ...LOAD, subscribers: 6 }, 0, {
      stop: NEVER,
    });
  },
  async reference(addresses: string): Promise<RunResult> {
    await using server = await start(addresses);
    using reference = new Reference(server, REFERENCE);
    return await reference.repetition({ stop: NEVER });
  },
};

async function played(
  mode: keyof typeof MODES,
  options: ClusterOptions = {},
): Promise<RunResult & { addresses: string[] }> {
  await using cluster = new Cluster(options);
  const { addresses } = cluster;
  return { ...await MODES[mode](addresses), addresses: addresses.split(",") };
}

for (const mode of ["load", "reference"] as const) {
  test(`several addresses are one system in ${mode} mode`, async () => {
    const run = await played(mode, { nodes: 3 });
    assertEquals([run.violations, run.lost, run.cuts], [[], 0, null]);
    assertEquals(run.received, mode === "load" ? 6000 : 1200);
  });

  test(`one order is checked across nodes in ${mode} mode`, async () => {
    const { violations } = await played(mode, { swaps: true });
    assertEquals([...new Set(violations.map(({ verdict }) => verdict))], [
      "one order",
    ]);
  });

  test(`a node that goes down is counted as cut in ${mode} mode`, async () => {
    const run = await played(mode, { nodes: 3, lifetime: 100 });
    assertEquals(run.violations, []);
    assertEquals(run.cuts?.nodes, run.addresses.slice(-1));
    assert(run.cuts!.clients > 0 && run.received > 0);
    // The clients of the other nodes receive all that reached these.
    assert(run.sent > 100 && run.lost < run.expected);
  });

  test(`a system whose nodes all go down has died in ${mode} mode`, async () => {
    const { violations } = await played(mode, { lifetime: 100, all: true });
    assertEquals(violations.map(({ verdict }) => verdict), ["died"]);
  });
}
