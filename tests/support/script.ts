/** Scripts of the repository, as processes of their own. */
import { fileURLToPath } from "node:url";

const ROOT = new URL("../..", import.meta.url);

/** The path of a file of the repository. */
export function path(name: string): string {
  return fileURLToPath(new URL(name, ROOT));
}

/** The words that run a script, with no more than these permissions. */
export function script(
  name: string,
  ...permissions: string[]
): [string, ...string[]] {
  const coverage = Deno.env.get("DENO_COVERAGE_DIR");
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    ...(coverage ? [`--coverage=${coverage}`] : []),
    ...permissions,
    path(name),
  ];
}
