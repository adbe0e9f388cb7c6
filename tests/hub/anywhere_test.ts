/** The hub where there is no Deno: the example of its README, bundled as for a browser. */
import { assert, assertEquals } from "@std/assert";
import { run } from "../support/command.ts";
import { inTime } from "../support/eventually.ts";
import { path } from "../support/script.ts";
import { test } from "../support/test.ts";

const hasNode = await run(["node", "--version"]).then(() => true, (error) => {
  if (error instanceof Deno.errors.NotFound) return false;
  throw error;
});

/** What a browser lacks. */
const LACKING = ["Deno", "setImmediate", "process", "Buffer", "global"];

/** Makes one file of the example, with `esbuild`, which `deno bundle` is. */
async function bundle(directory: string): Promise<string> {
  const readme = await Deno.readTextFile(path("lib/hub/README.md"));
  const [, code] = readme.match(/```js\n(.*?)```/s)!;
  const page = `${directory}/page.js`;
  await Deno.writeTextFile(page, code!);
  const bundled = `${directory}/bundled.mjs`;
  const { code: exit, stderr } = await run([
    ...[Deno.execPath(), "bundle", "--quiet", "--platform=browser"],
    ...[`--config=${path("deno.json")}`, `--output=${bundled}`, page],
  ]);
  assertEquals(exit, 0, stderr);
  return bundled;
}

/** Runs a program where there is nothing but what browsers have, and returns what it prints. */
async function runInWorker(code: string): Promise<string[]> {
  const program = `
    for (const name of ${JSON.stringify(LACKING)}) delete globalThis[name];
    const lines = [];
    console.log = (line) => lines.push(line);
    ${code}
    postMessage(lines);`;
  const url = URL.createObjectURL(
    new Blob([program], { type: "text/javascript" }),
  );
  const worker = new Worker(url, { type: "module" });
  try {
    return await inTime(
      new Promise<string[]>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(event.message));
        };
      }),
      "the worker's answer",
    );
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}

test("Hub: the bundle of its example runs in Node and where browsers' globals are all there is", async () => {
  const directory = await Deno.makeTempDir({ prefix: "zillions-" });
  try {
    const bundled = await bundle(directory);
    const text = await Deno.readTextFile(bundled);
    assert(!/\bDeno\./.test(text) && !/^import /m.test(text));
    assertEquals(await runInWorker(`await import("file://${bundled}")`), [
      "hello",
    ]);
    if (hasNode) {
      assertEquals(await run(["node", bundled]), {
        code: 0,
        stdout: "hello\n",
        stderr: "",
      });
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

test("Hub: without setImmediate subscribers and publishers are served tick by tick, in order", async () => {
  const lines = await runInWorker(`
    const { Hub } = await import("file://${path("lib/hub/hub.ts")}");
    const hubs = [new Hub(), new Hub()];
    await Promise.all(hubs.map(async (hub, n) => {
      const channels = Array.from({ length: 100 }, () => hub.subscribe());
      let served = 0;
      for (const channel of channels) channel.next().then(() => served++);
      hub.broadcast(new Uint8Array(1));
      await hub.ready();
      console.log(served + " of hub " + n);
    }));`);
  assertEquals(lines.toSorted(), ["100 of hub 0", "100 of hub 1"]);
});
