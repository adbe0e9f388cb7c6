/**
 * The files that reports are written to. The command opens them before it starts
 * anything, so that one that cannot be written is known at once.
 *
 * @module
 */
import { escape } from "@zillions/server/escape";
import type { Report } from "./report/report.ts";
import { reason } from "./target/start_error.ts";
import { UsageError } from "./value_types.ts";
import { writeAll } from "./write_all.ts";

/** A report to be written. */
export interface WantedReport {
  /** The option that names the file. */
  option: string;
  /** The file; `undefined` if the report is not wanted. */
  name: string | undefined;
  render: (report: Report) => string;
}

/** An open file. */
export class ReportFile {
  readonly #file: Deno.FsFile;
  readonly #option: string;
  readonly #name: string;
  readonly #render: WantedReport["render"];

  /** @throws {UsageError} If the file cannot be written. */
  constructor({ option, render }: WantedReport, name: string) {
    this.#option = option;
    this.#name = name;
    this.#render = render;
    try {
      this.#file = Deno.openSync(name, { write: true, create: true });
    } catch (error) {
      throw new UsageError(this.#cannot(error));
    }
  }

  /**
   * Opens the files of all wanted reports.
   *
   * @throws {UsageError} If one cannot be written, or is the file of another one.
   */
  static openAll(wanted: readonly WantedReport[]): ReportFile[] {
    const files: ReportFile[] = [];
    for (const each of wanted) {
      if (each.name === undefined) continue;
      const file = new ReportFile(each, each.name);
      const other = files.find((it) => it.#isSameAs(file));
      if (other) {
        throw new UsageError(
          `--${each.option}: ${
            escape(each.name)
          } is the file of --${other.#option}`,
        );
      }
      files.push(file);
    }
    return files;
  }

  /** Writes the report in place of what the file has; returns what went wrong, if anything. */
  write(report: Report): string | undefined {
    using file = this.#file;
    try {
      if (file.statSync().isFile) file.truncateSync();
      writeAll(file, this.#render(report));
      return undefined;
    } catch (error) {
      return this.#cannot(error);
    }
  }

  #isSameAs(other: ReportFile): boolean {
    const [one, two] = [this.#file.statSync(), other.#file.statSync()];
    return one.isFile && one.ino !== null && one.ino === two.ino &&
      one.dev === two.dev;
  }

  #cannot(error: unknown): string {
    return `--${this.#option}: cannot write ${escape(this.#name)}: ${
      reason(error, "folder")
    }`;
  }
}
