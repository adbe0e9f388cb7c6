/**
 * Makes `lib/web/assets.ts` of the page's sources: `deno task page`. The page is a
 * module of strings because a package from a registry has no files that it may read.
 */

const ROOT = new URL("..", import.meta.url);
const PAGE = "lib/web/page";

/** What the server serves, by path relative to the page: media type, and where it is from. */
const FILES = {
  "": ["text/html; charset=utf-8", "chat.html"],
  "chat.css": ["text/css; charset=utf-8", "chat.css"],
  "chat.js": ["text/javascript; charset=utf-8", "chat.ts"],
  "icon.svg": ["image/svg+xml", "icon.svg"],
} as const;

/** The module that has the page's files as strings. */
export async function makeAssets(): Promise<string> {
  const entries = await Promise.all(
    Object.entries(FILES).map(async ([path, [type, file]]) => {
      const body = file.endsWith(".ts")
        ? await bundle(`${PAGE}/${file}`)
        : await Deno.readTextFile(new URL(`${PAGE}/${file}`, ROOT));
      return `  "${path}": {\n    type: "${type}",\n    body: ${
        literal(body)
      },\n  },\n`;
    }),
  );
  return `/**
 * The files of the chat page, by path relative to the page; \`""\` is the page itself.
 * Made of \`${PAGE}\` by \`deno task page\`.
 *
 * @module
 */

/** The files of the chat page: media types and texts. */
export const chatAssets: Record<string, { type: string; body: string }> = {
${entries.join("")}};
`;
}

async function bundle(path: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=browser", path],
    cwd: ROOT,
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** A template literal: the page's changes stay readable line by line. */
function literal(text: string): string {
  return `\`${text.replace(/[`\\]|\$(?=\{)/g, "\\$&")}\``;
}

if (import.meta.main) {
  await Deno.writeTextFile(
    new URL("lib/web/assets.ts", ROOT),
    await makeAssets(),
  );
}
