/**
 * Makes `lib/web/assets.ts` and `lib/monitor/assets.ts` of the pages' sources: `deno task
 * page`. A page is a module of strings because a package from a registry has no files
 * that it may read.
 */

const ROOT = new URL("..", import.meta.url);

/** A page: the folder of its sources is beside the module that is made of them. */
interface Page {
  /** What it is for, as it stands before "page". */
  readonly name: string;
  readonly folder: string;
  /** What the module exports. */
  readonly constant: string;
  /** By path relative to the page: media type, and the source. */
  readonly files: Readonly<Record<string, readonly [string, string]>>;
}

/** What the servers serve. */
export const PAGES: readonly Page[] = [
  page("chat", "lib/web"),
  page("monitor", "lib/monitor"),
];

function page(name: string, folder: string): Page {
  return {
    name,
    folder,
    constant: `${name}Assets`,
    files: {
      "": ["text/html; charset=utf-8", `${name}.html`],
      [`${name}.css`]: ["text/css; charset=utf-8", `${name}.css`],
      [`${name}.js`]: ["text/javascript; charset=utf-8", `${name}.ts`],
      "icon.svg": ["image/svg+xml", "icon.svg"],
    },
  };
}

/** The module that has a page's files as strings. */
export async function makeAssets(
  { name, folder, constant, files }: Page,
): Promise<string> {
  const entries = await Promise.all(
    Object.entries(files).map(async ([path, [type, file]]) => {
      const body = file.endsWith(".ts")
        ? await bundle(`${folder}/page/${file}`)
        : await Deno.readTextFile(new URL(`${folder}/page/${file}`, ROOT));
      return `  "${path}": {\n    type: "${type}",\n    body: ${
        literal(body)
      },\n  },\n`;
    }),
  );
  return `/**
 * The files of the ${name} page, by path relative to the page; \`""\` is the page itself.
 * Made of \`${folder}/page\` by \`deno task page\`.
 *
 * @module
 */

/** The files of the ${name} page: media types and texts. */
export const ${constant}: Record<string, { type: string; body: string }> = {
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
  for (const page of PAGES) {
    await Deno.writeTextFile(
      new URL(`${page.folder}/assets.ts`, ROOT),
      await makeAssets(page),
    );
  }
}
