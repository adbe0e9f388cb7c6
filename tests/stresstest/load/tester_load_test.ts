import { assert, assertEquals } from "@std/assert";
import { TesterLoad } from "../../../lib/stresstest/load/tester_load.ts";
import { test } from "../../support/test.ts";

test("TesterLoad.busy() counts the time of one thread, less the time it was idle", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "1000000000 0 7\n");
    const load = new TesterLoad(file);
    // The thread ran for 600 ms and waited for a processor for 200 ms.
    await Deno.writeTextFile(file, "1600000000 200000000 9\n");
    assertEquals(load.busy(0, 1e6).toFixed(6), "0.600000");
    assertEquals(load.busy(400_000, 1e6).toFixed(6), "0.300000");
  } finally {
    await Deno.remove(file);
  }
});

test("TesterLoad.busy() counts all threads where the system counts no single one", () => {
  const load = new TesterLoad("/no/such/file");
  while (load.cpuSeconds < 0.02); // works
  const before = load.cpuSeconds;
  const busy = load.busy(10_000, 1e6);
  assert(busy >= before - 0.01 && busy <= load.cpuSeconds - 0.01);
});
