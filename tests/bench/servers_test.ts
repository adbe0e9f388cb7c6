/** The servers to compare with do what the specification says. */
import { assert } from "@std/assert";
import { path } from "../support/script.ts";
import { isInstalled } from "./support.ts";
import { test } from "../support/test.ts";

/** They leave out what is new for a client that lags, where ours does what is old. */
const FILTER = "/^(?!S7 a client that lags)/";

async function assertFollows(server: string): Promise<void> {
  const { DENO_COVERAGE_DIR: _, ...env } = Deno.env.toObject();
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--quiet",
      "-A",
      "--no-check",
      "--filter",
      FILTER,
      path("tests/command/spec_test.ts"),
    ],
    env: { ...env, ZILLIONS_COMMAND: server },
    clearEnv: true,
  }).output();
  assert(success, new TextDecoder().decode(stdout));
}

test({
  name: "fanout.mjs follows the specification",
  ignore: Deno.build.os === "windows" || !await isInstalled("node"),
  fn: () => assertFollows(path("tests/bench/servers/fanout.mjs")),
});

test({
  name: "fanout.go follows the specification",
  ignore: Deno.build.os === "windows" || !await isInstalled("go"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const server = `${folder}/fanout`;
      const { success } = await new Deno.Command("go", {
        args: ["build", "-o", server, path("tests/bench/servers/fanout.go")],
      }).output();
      assert(success);
      await assertFollows(server);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
