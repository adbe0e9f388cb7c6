/** What comes from others: packages and actions, and what these may do. */
import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { run } from "./support/command.ts";

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

/** With @std from JSR itself there is another lock, if any. */
const ignore = !("links" in config);

Deno.test(
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
    for (const specifier of Object.values(config.imports)) {
      const linked = specifier.startsWith("jsr:@std/");
      const own = specifier.startsWith("./");
      const locked = Object.keys(specifiers).some((key) =>
        key.replace(/[@~^\d.]+$/, "") === specifier.replace(/[@~^\d.]+$/, "")
      );
      assert(own || linked || locked, specifier);
    }
    assertEquals(jsr, undefined);
  },
);

Deno.test("packages: the server loads @std and nothing else from a registry", async () => {
  const { stdout } = await run([Deno.execPath(), "info", "--json", "main.ts"]);
  const { modules } = JSON.parse(stdout) as {
    modules: { specifier: string }[];
  };
  assert(modules.length > 20);
  for (const { specifier } of modules) {
    assert(
      [ROOT.href, "npm:/deno-std@1.4.0", "https://jsr.io/@std/"].some((
        origin,
      ) => specifier.startsWith(origin)),
      specifier,
    );
  }
});

Deno.test("workflows: the token may only read, but where a job says what for", async () => {
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

Deno.test("workflows: actions are pinned by hash, and keep no credentials", async () => {
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
