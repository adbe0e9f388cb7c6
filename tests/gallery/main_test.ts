/** The gallery as a command. */
import { assert, assertEquals } from "@std/assert";
import { run, spawn } from "../support/command.ts";
import { inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";
import {
  COMMAND,
  files,
  ignore,
  inFolder,
  resultOf,
  testQuick,
} from "./quick_fixture.ts";

// Half a minute. A flood would take the processors from other tests: `main_long.ts` has it.
testQuick("reply", "chat", "idle");

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
