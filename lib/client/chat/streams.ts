/**
 * The standard streams of the client's command. An error of theirs says which of
 * them failed, so that it is not taken for an error of the connection.
 *
 * @module
 */
import type { ByteSource } from "../../wire/framer.ts";
import { describeError, isBrokenPipe } from "../../wire/io_error.ts";
import type { ByteSink } from "../../wire/write_all.ts";

/** Standard input or output failed: the disk is full, or the input is a directory. */
export class StreamError extends Error {
  /** The name of this class. */
  override readonly name = "StreamError";
}

/** Standard input. */
export function inputOf(stdin: ByteSource): ByteSource {
  return {
    async read(buffer) {
      try {
        return await stdin.read(buffer);
      } catch (error) {
        throw new StreamError(`cannot read the input: ${describeError(error)}`);
      }
    },
  };
}

/** Standard output. It throws `BrokenPipe` as it is: nobody reads any more. */
export function outputOf(stdout: ByteSink): ByteSink {
  return {
    async write(bytes) {
      try {
        return await stdout.write(bytes);
      } catch (error) {
        if (isBrokenPipe(error)) throw error;
        throw new StreamError(
          `cannot write the output: ${describeError(error)}`,
        );
      }
    },
  };
}
