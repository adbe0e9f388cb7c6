/** The gallery as a command, for its tests. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { spawn } from "../support/command.ts";
import { script } from "../support/script.ts";
import { test } from "../support/test.ts";
import type { GalleryResult } from "./result.ts";

/** The words that run the command. */
export const COMMAND = script("tests/gallery/main.ts", "-A");

/** Servers that start at once, and need nothing but Deno. */
const TYPESCRIPT = ["channel", "streams", "callbacks", "workers", "least"];

/** Only Linux tells what a process uses, and only there all faults show. */
export const ignore = Deno.build.os !== "linux";

/** A folder for what the command writes. */
export async function inFolder(
  fn: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "gallery-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What the command has written there. */
export async function resultOf(folder: string): Promise<GalleryResult> {
  return JSON.parse(await Deno.readTextFile(`${folder}/found.json`));
}

/** The options that name these files. */
export function files(folder: string): string[] {
  return [`--json=${folder}/found.json`, `--report=${folder}/found.html`];
}

/** Registers a test: the command plays these loads, once against each server. */
export function testQuick(...loads: string[]): void {
  test({
    name: `gallery --quick plays ${
      loads.join(", ")
    } against the servers that need nothing but Deno`,
    ignore,
    timeout: 300_000,
    fn: () =>
      inFolder(async (folder) => {
        const child = spawn(
          [
            ...[...COMMAND, "--quick", ...files(folder), ...loads],
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
        for (const { name, loads: found } of servers) {
          const played = Object.values(found).map(({ length }) => length);
          assertEquals(played, loads.map(() => 1), name);
        }
        const page = await Deno.readTextFile(`${folder}/found.html`);
        assert(page.includes("</html>"));
      }),
  });
}
