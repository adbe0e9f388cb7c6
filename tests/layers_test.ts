import { assert, assertEquals } from "@std/assert";
import { inTime } from "./support/eventually.ts";
import { test } from "./support/test.ts";

const ROOT = new URL("..", import.meta.url);

/** What the files of each folder of the server package may import, itself aside. */
const LAYERS: Record<string, readonly string[]> = {
  wire: [],
  hub: ["wire"],
  server: ["hub", "wire"],
  client: ["cli", "wire"],
  cli: ["wire"],
  http: ["server", "wire"],
  web: ["http", "server", "wire"],
  nats: ["hub", "server", "wire"],
  "web/page": ["client", "wire"],
  monitor: ["http", "nats", "server", "web", "wire"],
  "monitor/page": [],
  command: ["cli", "hub", "monitor", "nats", "server", "web", "wire"],
};

/** The layer that a path belongs to, that of the innermost folder. */
function layer(path: string): string | undefined {
  return Object.keys(LAYERS)
    .filter((folder) => path.includes(`lib/${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** The TypeScript files in a folder and those below it. */
async function* files(folder: string): AsyncGenerator<string> {
  for await (
    const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))
  ) {
    if (isDirectory) yield* files(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

/** What a file imports, types included, as it is written there. */
function imports(text: string): string[] {
  return [...text.matchAll(/^(?:import|export|\}) [^"]*?from "([^"]+)"/gm)]
    .map(([, specifier]) => specifier!);
}

async function source(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

test("layers: imports only point down", async () => {
  for (const [folder, below] of Object.entries(LAYERS)) {
    for await (const path of files(`lib/${folder}`)) {
      if (layer(path) !== folder) continue;
      for (const specifier of imports(await source(path))) {
        // Node's TLS comes with Deno.
        const isTls = path.includes("/tls_") && specifier.startsWith("node:");
        if (specifier.startsWith("@std/") || isTls) continue;
        const target = new URL(specifier, new URL(path, ROOT)).pathname;
        const part = layer(target);
        assert(
          target.endsWith("/deno.json") || part === folder ||
            below.includes(part ?? ""),
          `${path} imports ${specifier}`,
        );
      }
    }
  }
});

/** The files that are loaded with `path`, which are not loaded later. */
async function loaded(path: string, found = new Set<string>()) {
  found.add(path);
  const text = (await source(path)).replace(/^(?:im|ex)port type [^;]+;/gm, "");
  for (const specifier of imports(text)) {
    if (!specifier.startsWith(".")) continue;
    const url = new URL(specifier, new URL(path, ROOT)).href;
    const next = url.slice(ROOT.href.length);
    if (next.endsWith(".ts") && !found.has(next)) await loaded(next, found);
  }
  return found;
}

test("layers: what only an option needs is loaded with that option", async () => {
  const files = await loaded("main.ts");
  assert(files.has("lib/server/connection.ts"));
  const needed = [...files].filter((path) =>
    /^lib\/(?:http|web|monitor|command\/(?:pages|tls|certificate))/.test(path)
  );
  assertEquals(needed, []);
});

test("layers: the hub and the framer run where there is no Deno", async () => {
  const worker = new Worker(
    import.meta.resolve("./support/without_deno.ts"),
    { type: "module" },
  );
  const answer = await inTime(
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
    }),
    "the worker's answer",
  );
  worker.terminate();
  assertEquals(answer, { received: 300, runs: [[2, 1, 97, 0]] });
});
