/**
 * Which tests judge a file of the core: those named after it, then the rest of its
 * folder's, then the rest of its part's. Those of the layers above take long, and a
 * part has tests of its own.
 */
import { basename, dirname } from "node:path";

/** The folders of the core. */
const CORE = ["wire", "hub", "server"];

/** Tests that are run by one process, all of them or up to the first that fails. */
export type Stage = readonly string[];

/** The files of the core below `root`, as paths from there. */
export function coreFiles(root: string): string[] {
  return CORE.flatMap((folder) => filesIn(root, `lib/${folder}`, ".ts"));
}

/** The stages that judge a file; a mutant that passes one goes on to the next. */
export function stagesOf(root: string, file: string): Stage[] {
  const [, part = ""] = file.split("/");
  const all = filesIn(root, `tests/${part}`, "_test.ts");
  const folder = dirname(file).replace("lib", "tests");
  const own = all.filter((test) => test.startsWith(`${folder}/`));
  const name = `${basename(file, ".ts")}_test.ts`;
  const named = own.filter((test) => basename(test) === name);
  return [
    named,
    own.filter((test) => !named.includes(test)),
    all.filter((test) => !own.includes(test)),
  ].filter((stage) => stage.length > 0);
}

/** The files of a folder and those inside, in order. */
function filesIn(root: string, folder: string, ending: string): string[] {
  const files = [];
  for (const { name, isDirectory } of entries(`${root}/${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) files.push(...filesIn(root, path, ending));
    else if (name.endsWith(ending)) files.push(path);
  }
  return files.sort();
}

/** What is in a folder; nothing, if there is none. */
function entries(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
