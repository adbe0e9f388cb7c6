import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ReportFiles } from "../../lib/stresstest/report_files.ts";
import { UsageError } from "../../lib/stresstest/value_types.ts";
import { fixture } from "./report/report_fixture.ts";
import { test } from "../support/test.ts";

/** What is said of files that cannot be opened. */
function refused(files: { json?: string; report?: string }): string {
  return assertThrows(
    () => new ReportFiles({ json: undefined, report: undefined, ...files }),
    UsageError,
  ).message;
}

test("ReportFiles writes each report to its file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [json, report] = [`${folder}/json`, `${folder}/html`];
    {
      using files = new ReportFiles({ json, report });
      assertEquals(files.write(fixture({ servers: 1, runs: 1 })), []);
    }
    assertEquals(JSON.parse(await Deno.readTextFile(json)).passed, true);
    assertMatch(await Deno.readTextFile(report), /^<!doctype html>/i);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("ReportFiles says why a file cannot be written", async () => {
  assertEquals(
    refused({ json: "/no/such/file" }),
    "--json: cannot write /no/such/file: there is no such folder",
  );
  const folder = await Deno.makeTempDir();
  try {
    assertMatch(refused({ report: folder }), /^--report: cannot write .*: /);
    if (Deno.build.os === "linux") {
      assertMatch(refused({ report: folder }), /: is a directory$/);
    }
    const file = `${folder}/x`;
    assertEquals(
      refused({ json: file, report: `${folder}/./x` }),
      "--json and --report name the same file",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
