import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeAssets } from "../../.ci/page.ts";
import { chatAssets } from "../../lib/web/assets.ts";
import { test } from "../support/test.ts";

/** The most that a browser loads, in bytes: what the README says, and compressed. */
const MAX_SIZE = 40_000;
const MAX_COMPRESSED = 20_000;

test("lib/web/assets.ts is what `deno task page` makes", async () => {
  const file = new URL("../../lib/web/assets.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(file), await makeAssets());
});

test("the page has at most 40 KB, and 20 KB compressed", async () => {
  const texts = Object.values(chatAssets).map(({ body }) => body);
  const files = new Blob(texts);
  assert(files.size <= MAX_SIZE, `${files.size} bytes`);
  const gzip = files.stream()
    .pipeThrough(new CompressionStream("gzip"));
  const { byteLength } = await new Response(gzip).arrayBuffer();
  assert(byteLength <= MAX_COMPRESSED, `${byteLength} bytes`);
});

test("the page names its files relative to itself, and needs no others", () => {
  const { body } = chatAssets[""]!;
  const links = [...body.matchAll(/\s(?:href|src)="(?<link>[^"]*)"/g)]
    .map(({ groups }) => groups!["link"]!);
  assertEquals(
    links.toSorted(),
    Object.keys(chatAssets).filter((path) => path !== ""),
  );
  const css = chatAssets["chat.css"]!.body;
  assert(!/url\(|@import/.test(css));
});

test("the page has no script and no style in its HTML", () => {
  const { body } = chatAssets[""]!;
  assertMatch(body, /<script type="module" src="chat.js"><\/script>/);
  assertEquals(body.match(/<script|<style|\sstyle=|\son\w+=/g), ["<script"]);
});
