/** What comes from others: packages and actions, and what these may do. */
import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import stresstest from "../lib/stresstest/deno.json" with { type: "json" };
import { run } from "./support/command.ts";
import { test } from "./support/test.ts";

/** The longest a package may take to be looked through, in milliseconds. */
const PATIENCE = 60_000;

const ROOT = new URL("..", import.meta.url);

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** The texts of the workflows, by their names. */
async function workflows(): Promise<Map<string, string>> {
  const texts = new Map();
  for await (
    const { name } of Deno.readDir(new URL(".github/workflows", ROOT))
  ) {
    texts.set(name, await read(`.github/workflows/${name}`));
  }
  assert(texts.size > 0);
  return texts;
}

/** A module as `deno info` tells of it. */
interface Module {
  specifier: string;
  dependencies?: { specifier: string }[];
}

/** With @std from JSR itself there is another lock, if any. */
const ignore = !("links" in config);

test(
  "packages: every one is locked with its hash, and the lock is frozen",
  { ignore },
  async () => {
    assertEquals(config.lock, { frozen: true });
    const { specifiers, npm, jsr } = JSON.parse(await read("deno.lock"));
    for (
      const [name, { integrity }] of Object.entries<{ integrity: string }>(npm)
    ) {
      assert(/^sha512-[\w+/]{86}==$/.test(integrity), name);
    }
    for (
      const specifier of [
        ...Object.values(config.imports),
        ...Object.values(stresstest.imports),
      ]
    ) {
      const linked = specifier.startsWith("jsr:@std/");
      const locked = Object.keys(specifiers).some((key) =>
        key.replace(/[@~^\d.]+$/, "") === specifier.replace(/[@~^\d.]+$/, "")
      );
      assert(linked || locked, specifier);
    }
    assertEquals(jsr, undefined);
  },
);

/** What the published server may load: our own files, and these packages. */
const SERVER_FILES =
  /^(?:main|mod)\.ts$|^deno\.json$|^lib\/(?!stresstest\/)[\w/]+\.ts$/;
const SERVER_PACKAGES = /^@std\/(?:assert|async|bytes|cli)\//;

for (const entry of ["./main.ts", ...Object.values(config.exports)]) {
  test(`packages: ${entry} loads the server's own files and @std, nothing else`, async () => {
    const { stdout } = await run([Deno.execPath(), "info", "--json", entry]);
    const { modules } = JSON.parse(stdout) as { modules: Module[] };
    const own = modules.filter(({ specifier }) =>
      specifier.startsWith(ROOT.href) &&
      !specifier.startsWith(`${ROOT.href}tests/links/`)
    );
    assert(own.length > 0);
    for (const { specifier, dependencies = [] } of own) {
      const path = specifier.slice(ROOT.href.length);
      assert(SERVER_FILES.test(path), `${entry} loads ${path}`);
      for (const { specifier } of dependencies) {
        const isTls = path.startsWith("lib/command/tls_") &&
          specifier.startsWith("node:");
        assert(
          specifier.startsWith(".") || SERVER_PACKAGES.test(specifier) || isTls,
          `${path} imports ${specifier}`,
        );
      }
    }
  });
}

test("packages: a run downloads what it imports, not all that the lock names", async () => {
  assert(config.unstable.includes("npm-lazy-caching"));
  // A task downloads all of them, a browser's driver too: newcomers start with a run.
  assert((await read("README.md")).includes(" run --allow-net main.ts "));
  const { npm } = JSON.parse(await read("deno.lock"));
  const large = Object.keys(npm).filter((name) =>
    /^(?:echarts|zrender)@/.test(name)
  );
  assertEquals(large, []);
});

test("packages: server and stress tester have one version, and the tag is both", async () => {
  assertEquals(stresstest.version, config.version);
  const text = await read(".github/workflows/publish.yml");
  assert(text.includes('"v$(jq -r .version deno.json)"'));
  assertEquals(text.match(/run: deno publish --allow-dirty/g)?.length, 2);
});

test("packages: the stress tester is published by itself, not with the server", async () => {
  const files = async (folder: string) => {
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
      cwd: new URL(folder, ROOT),
      env: { NO_COLOR: "1" },
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    const text = new TextDecoder().decode(stderr);
    return [...text.matchAll(/file:\S+/g)].map(([url]) =>
      url.slice(ROOT.href.length)
    );
  };
  const server = await files(".");
  const tester = await files("lib/stresstest");
  assert(server.includes("mod.ts"));
  assert(tester.includes("lib/stresstest/main.ts"));
  assert(!server.some((path) => path.startsWith("lib/stresstest/")));
  assert(tester.every((path) => path.startsWith("lib/stresstest/")));
});

test("workflows: the token may only read, but where a job says what for", async () => {
  const granted = [];
  for (const [name, text] of await workflows()) {
    assert(/^permissions:\n {2}contents: read\n\n/m.test(text), name);
    for (
      const [, job] of text.matchAll(/^ {4}permissions:\n((?: {6}.*\n)+)/gm)
    ) {
      granted.push(
        ...job!.matchAll(/(\S+): write.*# (.+)$/gm).map(([, scope]) =>
          `${name} ${scope}`
        ),
      );
      assertEquals(
        job!.match(/write/g)?.length,
        job!.match(/write.*# /g)?.length,
      );
    }
    assert(!/write-all|secrets\.|pull_request_target/.test(text), name);
  }
  assertEquals(granted.sort(), [
    "publish.yml contents",
    "publish.yml id-token",
  ]);
});

test("workflows: actions are pinned by hash, and keep no credentials", async () => {
  for (const [name, text] of await workflows()) {
    for (
      const [step, action] of text.matchAll(
        /uses: (\S+).*\n(?: +with:\n.*\n)?/g,
      )
    ) {
      assert(
        /^[\w-]+\/[\w-]+@[\da-f]{40}$/.test(action!),
        `${name}: ${action}`,
      );
      if (!action!.startsWith("actions/checkout@")) continue;
      assert(step.includes("persist-credentials: false"), `${name}: ${step}`);
    }
  }
});
