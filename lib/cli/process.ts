/**
 * What a command uses of its process: the streams and the exit code. It is `Deno`,
 * unless a test gives something else.
 *
 * @module
 */
import type { ByteSource } from "../wire/framer.ts";
import type { ByteSink } from "../wire/write_all.ts";

/** A stream that may be a terminal. */
interface Terminal {
  isTerminal(): boolean;
}

/** The process that a command runs in. */
export interface CommandProcess {
  readonly stdin: ByteSource & Terminal;
  readonly stdout: ByteSink & Terminal;
  readonly stderr: ByteSink & Terminal;
  /** What the process ends with, when it ends by itself. */
  exitCode: number;
  /** Ends the process. */
  exit(code?: number): never;
}
