/**
 * Makes the root's `deno.json` what consumers see: without the links, so that
 * `jsr:@std/…` is the official packages, and without the linked files in what is
 * published (with the links they have to be there, or `deno publish` misses them).
 * The stress tester, a workspace member, has no links or lock of its own.
 */
const path = new URL("../deno.json", import.meta.url);
const config = JSON.parse(await Deno.readTextFile(path));
delete config.links;
config.lock = false; // it names the links; these packages are JSR's to lock
const { publish } = config;
publish.include = publish.include.filter((name: string) =>
  name !== "tests/links"
);
await Deno.writeTextFile(path, JSON.stringify(config, null, 2) + "\n");
await Deno.remove(new URL("../tests/links", import.meta.url), {
  recursive: true,
});
await Deno.remove(new URL("../deno.lock", import.meta.url));
