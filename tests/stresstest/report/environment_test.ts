import { assert, assertEquals } from "@std/assert";
import { environment } from "../../../lib/stresstest/report/environment.ts";
import { test } from "../../support/test.ts";

test("environment() names the processor, if the system does", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(
      file,
      "processor\t: 0\nmodel name\t: Fast One\nprocessor\t: 1\nmodel name\t: Two\n",
    );
    const { cpu, cores, memoryBytes, date } = environment(file);
    assertEquals(cpu, "Fast One");
    assert(cores > 0 && memoryBytes > 0 && Date.parse(date) > 0);
    await Deno.writeTextFile(file, "hart\t: 0\n");
    assertEquals(environment(file).cpu, "");
  } finally {
    await Deno.remove(file);
  }
  assertEquals(environment(file).cpu, "");
});
