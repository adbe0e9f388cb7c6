import { assert, assertEquals } from "@std/assert";
import { inTime } from "../support/eventually.ts";
import { path } from "../support/script.ts";
import { test } from "../support/test.ts";

/** The last line that `deno task compile` prints. */
async function compile(env: Record<string, string>, ...options: string[]) {
  const output = Deno.makeTempDirSync({ prefix: "zillions-" });
  try {
    const { code, stderr } = await inTime(
      new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--quiet", "-A", ".ci/compile.ts"],
          ...[`--output=${output}/zillions`, "--no-check", ...options],
        ],
        cwd: path("."),
        env,
      }).output(),
    );
    const lines = new TextDecoder().decode(stderr).trimEnd().split("\n");
    return [code, lines.at(-1)];
  } finally {
    Deno.removeSync(output, { recursive: true });
  }
}

test("compile: it says that Deno's runtime is missing, whatever the environment names", async () => {
  const version = Deno.version.deno;
  const missing =
    `compile: Deno's runtime (denort ${version}) is missing and cannot be downloaded from here; DENORT_BIN can name one`;
  // A system that nobody who tests has downloaded it for, and a proxy that is not there.
  const foreign = "--target=x86_64-pc-windows-msvc";
  const proxy = { HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "" };
  assertEquals(await compile(proxy, foreign), [1, missing]);
  assertEquals(await compile({ ...proxy, DENORT_BIN: "/no/denort" }, foreign), [
    1,
    "compile: Deno's runtime, which DENORT_BIN names, cannot be read: /no/denort",
  ]);
});

test("compile: both pages are in the executable, and nothing is loaded from elsewhere", async () => {
  const { code, stdout } = await inTime(
    new Deno.Command(Deno.execPath(), {
      args: ["info", "--quiet", "--json", ".ci/compiled.ts"],
      cwd: path("."),
    }).output(),
  );
  assertEquals(code, 0);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string }[];
  };
  const all = modules.map(({ specifier }) => specifier);
  for (const page of ["web", "monitor"]) {
    const assets = `/lib/${page}/assets.ts`;
    assert(all.some((specifier) => specifier.endsWith(assets)), assets);
  }
  const elsewhere = all.filter((specifier) => /^https?:/.test(specifier));
  assertEquals(elsewhere.filter((url) => !url.includes("jsr.io/@std/")), []);
});
