import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeAssets, PAGES } from "../../.ci/page.ts";
import { monitorAssets } from "../../lib/monitor/assets.ts";
import { chatAssets } from "../../lib/web/assets.ts";
import { test } from "../support/test.ts";

/** The most that a browser loads, in bytes: what the README says, and compressed. */
const MAX_SIZE = 40_000;
const MAX_COMPRESSED = 20_000;

const ASSETS = { chat: chatAssets, monitor: monitorAssets };

for (const page of PAGES) {
  test(`${page.folder}/assets.ts is what \`deno task page\` makes`, async () => {
    const file = new URL(`../../${page.folder}/assets.ts`, import.meta.url);
    assertEquals(await Deno.readTextFile(file), await makeAssets(page));
  });
}

for (const [name, assets] of Object.entries(ASSETS)) {
  test(`the ${name} page has at most 40 KB, and 20 KB compressed`, async () => {
    const texts = Object.values(assets).map(({ body }) => body);
    const files = new Blob(texts);
    assert(files.size <= MAX_SIZE, `${files.size} bytes`);
    const gzip = files.stream()
      .pipeThrough(new CompressionStream("gzip"));
    const { byteLength } = await new Response(gzip).arrayBuffer();
    assert(byteLength <= MAX_COMPRESSED, `${byteLength} bytes`);
  });

  test(`the ${name} page names its files relative to itself, and needs no others`, () => {
    const { body } = assets[""]!;
    const links = [...body.matchAll(/\s(?:href|src)="(?<link>[^"]*)"/g)]
      .map(({ groups }) => groups!["link"]!)
      .filter((link) => link !== "metrics");
    assertEquals(
      links.toSorted(),
      Object.keys(assets).filter((path) => path !== "").toSorted(),
    );
    const css = assets[`${name}.css`]!.body;
    assert(!/url\(|@import/.test(css));
  });

  test(`the ${name} page has no script and no style in its HTML`, () => {
    const { body } = assets[""]!;
    assertMatch(
      body,
      new RegExp(`<script type="module" src="${name}.js"></script>`),
    );
    assertEquals(body.match(/<script|<style|\sstyle=|\son\w+=/g), ["<script"]);
  });
}
