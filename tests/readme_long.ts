/** The types of the server's examples: `deno task test:long` runs it. */
import { assertEquals } from "@std/assert";
import { run } from "./support/command.ts";
import { path } from "./support/script.ts";
import { codeOf } from "./support/server_readme.ts";
import { test } from "./support/test.ts";

test("README: the types of the server's examples are right", async () => {
  const directory = await Deno.makeTempDir({ prefix: "zillions-" });
  const names = ["tls.ts", "unix.ts"];
  for (const name of names) {
    await Deno.writeTextFile(`${directory}/${name}`, codeOf(name));
  }
  const { code, stderr } = await run([
    ...[Deno.execPath(), "check", "--quiet", `--config=${path("deno.json")}`],
    ...names.map((name) => `${directory}/${name}`),
  ]);
  await Deno.remove(directory, { recursive: true });
  assertEquals([code, stderr], [0, ""]);
});
