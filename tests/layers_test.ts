import { assert, assertEquals } from "@std/assert";
import { run } from "./support/command.ts";

const ROOT = new URL("..", import.meta.url);

/** The core, from the ground up. A file imports from lower layers only. */
const LAYERS = [
  ["quote", "run"],
  [
    "accept",
    "address",
    "frame",
    "gone",
    "listener",
    "log",
    "network",
    "turns",
    "write",
  ],
  ["channel", "framer", "places"],
  ["client", "hub", "lag"],
  ["connection"],
  ["event", "figures", "publish"],
  ["options"],
  ["roster"],
  ["server"],
];

interface Module {
  specifier: string;
  dependencies?: { specifier: string; code?: { specifier?: string } }[];
}

/** The modules that `entry` loads, ours only, by their paths in the repository. */
async function graph(entry: string): Promise<Map<string, Module>> {
  const { stdout } = await run([Deno.execPath(), "info", "--json", entry]);
  const { modules } = JSON.parse(stdout) as { modules: Module[] };
  return new Map(
    modules
      .filter(({ specifier }) =>
        specifier.startsWith(ROOT.href) &&
        !specifier.startsWith(`${ROOT.href}tests/links/`)
      )
      .map((module) => [module.specifier.slice(ROOT.href.length), module]),
  );
}

async function source(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** What a file imports, types included, as it is written there. */
async function imports(path: string): Promise<string[]> {
  const text = await source(path);
  return [
    ...text.matchAll(
      /^(?:import|export|\} from).*?from "([^"]+)"|^\} from "([^"]+)"/gm,
    ),
  ]
    .map((match) => match[1] ?? match[2]!);
}

Deno.test("layers: every file of the core has its place", async () => {
  const files = [];
  for await (const { name, isFile } of Deno.readDir(new URL("lib", ROOT))) {
    if (isFile) files.push(name.replace(/\.ts$/, ""));
  }
  assertEquals(files.sort(), LAYERS.flat().sort());
});

Deno.test("layers: the README has every file of the core, each below those it imports", async () => {
  const rows = (await source("README.md")).matchAll(
    /^\|.*\| `lib\/(\w+)\.ts` +\|$/gm,
  );
  const order = [...rows].map(([, name]) => name!);
  assertEquals(order.toSorted(), LAYERS.flat().sort());
  for (const [at, name] of order.entries()) {
    for (const specifier of await imports(`lib/${name}.ts`)) {
      const file = specifier.match(/^\.\/(\w+)\.ts$/)?.[1];
      assert(!file || order.indexOf(file) < at, `${name} imports ${file}`);
    }
  }
});

Deno.test("layers: imports only point down, and never across", async () => {
  for (const [height, names] of LAYERS.entries()) {
    const below = LAYERS.slice(0, height).flat();
    for (const name of names) {
      for (const specifier of await imports(`lib/${name}.ts`)) {
        const file = specifier.match(/^\.\/(\w+)\.ts$/)?.[1];
        assert(
          file ? below.includes(file) : specifier.startsWith("@std/"),
          `lib/${name}.ts imports ${specifier}`,
        );
      }
    }
  }
});

Deno.test("layers: the plain server is our own files and @std, nothing else", async () => {
  for (const entry of ["main.ts", "mod.ts"]) {
    const modules = await graph(entry);
    assert(modules.has("lib/server.ts"));
    for (const [path, { dependencies = [] }] of modules) {
      assert(
        /^(?:main|mod)\.ts$|^deno\.json$|^lib\/(?:command\/)?\w+\.ts$/.test(
          path,
        ),
        `${entry} loads ${path}`,
      );
      for (const { specifier } of dependencies) {
        assert(
          specifier.startsWith(".") || specifier.startsWith("@std/"),
          `${path} imports ${specifier}`,
        );
      }
    }
  }
});

Deno.test("layers: the hub and the framer run where there is no Deno", async () => {
  const worker = new Worker(
    import.meta.resolve("./support/without_deno.ts"),
    { type: "module" },
  );
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  });
  worker.terminate();
  assertEquals(answer, { received: 300, runs: [[2, 1, 97, 0]] });
});
