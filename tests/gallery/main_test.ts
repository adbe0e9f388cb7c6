/** The gallery as a command. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { run, spawn } from "../support/command.ts";
import { inTime } from "../support/eventually.ts";
import { script } from "../support/script.ts";
import { test } from "../support/test.ts";
import type { GalleryResult } from "./result.ts";

const COMMAND = script("tests/gallery/main.ts", "-A");

/** Servers that start at once, and need nothing but Deno. */
const TYPESCRIPT = ["channel", "streams", "callbacks", "workers", "least"];

/** Half a minute. */
const LOADS = ["reply", "chat", "flood"];

/** Only Linux tells what a process uses, and only there all faults show. */
const ignore = Deno.build.os !== "linux";

/** A folder for what the command writes. */
async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "gallery-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function resultOf(folder: string): Promise<GalleryResult> {
  return JSON.parse(await Deno.readTextFile(`${folder}/found.json`));
}

function files(folder: string): string[] {
  return [`--json=${folder}/found.json`, `--report=${folder}/found.html`];
}

test({
  name:
    "gallery --quick plays loads against the servers that need nothing but Deno",
  ignore,
  timeout: 300_000,
  fn: () =>
    inFolder(async (folder) => {
      const child = spawn(
        [
          ...[...COMMAND, "--quick", ...files(folder), ...LOADS],
          ...["zillions", ...TYPESCRIPT],
        ],
        { stdin: "null", stdout: "piped", stderr: "piped" },
      );
      const { code, stdout } = await child.output();
      assertEquals(code, 0);
      const text = new TextDecoder().decode(stdout);
      for (const name of ["zillions", ...TYPESCRIPT]) {
        assertMatch(text, new RegExp(`^\\| ${name} \\| TypeScript `, "m"));
      }
      const { servers } = await resultOf(folder);
      assertEquals(servers.length, 1 + TYPESCRIPT.length);
      for (const { name, loads } of servers) {
        const played = Object.values(loads).map(({ length }) => length);
        assertEquals(played, LOADS.map(() => 1), name);
      }
      const page = await Deno.readTextFile(`${folder}/found.html`);
      assert(page.includes("</html>"));
    }),
});

test({
  name: "gallery keeps what is done when it is interrupted",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const child = spawn(
        [...COMMAND, ...files(folder), "--quick", "channel", "least", "reply"],
        { stdin: "null", stdout: "null", stderr: "piped" },
      );
      const lines = child.stderr.pipeThrough(new TextDecoderStream())
        .getReader();
      let text = "";
      while (!text.includes("1/2 channel")) {
        const { value, done } = await inTime(lines.read(), "its progress");
        assert(!done, text);
        text += value;
      }
      child.kill("SIGINT");
      assertEquals((await inTime(child.status, "it to end")).code, 130);
      await lines.cancel();
      const { servers } = await resultOf(folder);
      assertEquals(servers.map(({ loads }) => loads.reply?.length), [
        1,
        undefined,
      ]);
    }),
});

test("gallery says what is wrong with its command line", async () => {
  const { code, stdout, stderr } = await run([...COMMAND, "nobody"]);
  assertEquals([code, stdout], [2, ""]);
  assertEquals(stderr, 'gallery: there is no server and no load "nobody"\n');
});
