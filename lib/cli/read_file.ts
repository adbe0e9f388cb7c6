/**
 * Reads a file that an option names.
 *
 * @module
 */
import { optionName } from "./command_line.ts";
import { escape } from "../wire/escape.ts";
import { describeError } from "../wire/io_error.ts";

/**
 * Reads a file.
 *
 * @param option The key of the option that names it.
 * @throws {Error} If it cannot be read; the message names the option, and what is missing.
 */
export async function readFile(
  option: string,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new Error(
      `cannot read the file of ${optionName(option)}, "${escape(path)}": ${
        describeError(error)
      }`,
    );
  }
}
