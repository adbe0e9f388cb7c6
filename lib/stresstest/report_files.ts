/**
 * The files that reports are written to. The command opens them before the first
 * server starts, so that one that cannot be written is known at once.
 *
 * @module
 */
import { escape } from "@zillions/server/escape";
import { writeAll } from "./output.ts";
import { renderHtml } from "./report/html/html_report.ts";
import { renderJson } from "./report/json_report.ts";
import type { Report } from "./report/report.ts";
import { reason } from "./target/start_error.ts";
import { UsageError } from "./value_types.ts";

/** A file, its option and what is written to it. */
interface ReportFile {
  name: string;
  option: string;
  render: (report: Report) => string;
  file: Deno.FsFile;
}

/** The files of one test. */
export class ReportFiles implements Disposable {
  readonly #files: ReportFile[] = [];

  /** @throws {UsageError} If a file cannot be written, or both are one. */
  constructor({ json, report }: Record<"json" | "report", string | undefined>) {
    try {
      this.#open(json, "json", renderJson);
      this.#open(report, "report", renderHtml);
      this.#assertDifferent();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Writes all reports; returns what went wrong, a sentence for each file. */
  write(report: Report): string[] {
    return this.#files.flatMap(({ name, option, render, file }) => {
      try {
        writeAll(file, render(report));
        return [];
      } catch (error) {
        return [cannotWrite(name, option, error)];
      }
    });
  }

  /** Closes the files. */
  [Symbol.dispose](): void {
    for (const { file } of this.#files) file.close();
  }

  #assertDifferent(): void {
    const [first, second] = this.#files.map(({ file }) => file.statSync());
    // A device takes both.
    if (!second?.isFile || !first?.isFile) return;
    if (first.dev === second.dev && first.ino === second.ino) {
      throw new UsageError("--json and --report name the same file");
    }
  }

  #open(
    name: string | undefined,
    option: string,
    render: ReportFile["render"],
  ): void {
    if (name === undefined) return;
    try {
      const options = { write: true, create: true, truncate: true };
      const file = Deno.openSync(name, options);
      this.#files.push({ name, option, render, file });
    } catch (error) {
      throw new UsageError(cannotWrite(name, option, error));
    }
  }
}

function cannotWrite(name: string, option: string, error: unknown): string {
  return `--${option}: cannot write ${escape(name)}: ${
    reason(error, "folder")
  }`;
}
