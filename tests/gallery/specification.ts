/** The tests of the specification, played against a server of the gallery. */
import { path } from "../support/script.ts";

/** What one of the tests found. */
export interface SpecResult {
  name: string;
  /** Why it failed, in one line; nothing if it passed. */
  failure?: string;
}

/** The most characters of a failure. */
const SHOWN = 160;

export interface SpecOptions {
  /** Which tests are run, as `deno test --filter` has it. */
  filter?: string;
  /** Milliseconds that a test waits for what should come. */
  patience?: number;
  signal?: AbortSignal;
}

/** Runs the tests of the specification against a command. */
export async function specification(
  command: readonly string[],
  { filter = "", patience, signal }: SpecOptions = {},
): Promise<SpecResult[]> {
  const { DENO_COVERAGE_DIR: _, ...env } = Deno.env.toObject();
  env["ZILLIONS_COMMAND"] = command.join(" ");
  if (patience) env["ZILLIONS_PATIENCE"] = `${patience}`;
  const junit = await Deno.makeTempFile();
  try {
    await new Deno.Command(Deno.execPath(), {
      args: [
        ...["test", "--quiet", "-A", "--no-check", `--junit-path=${junit}`],
        ...[`--filter=${filter}`, path("tests/command/spec_test.ts")],
      ],
      env,
      clearEnv: true,
      stdout: "null",
      stderr: "null",
      ...signal && { signal },
    }).output();
    return parse(await Deno.readTextFile(junit));
  } finally {
    await Deno.remove(junit);
  }
}

function parse(xml: string): SpecResult[] {
  const cases = xml.matchAll(/<testcase name="([^"]*)"[^]*?<\/testcase>/g);
  return [...cases].filter(([text]) => !text.includes("<skipped")).map((
    [text, name],
  ) => {
    const failure = /<failure message="([^"]*)"/.exec(text)?.[1];
    return {
      name: unescaped(name!),
      ...failure !== undefined && { failure: line(unescaped(failure)) },
    };
  });
}

/** A message in one line. */
function line(message: string): string {
  const words = message.replace(/^(?:Uncaught )?(?:\w*Error: )?/, "").replace(
    /\s+/g,
    " ",
  ).trim();
  return words.length > SHOWN ? `${words.slice(0, SHOWN)}…` : words;
}

const ENTITIES: Record<string, string> = {
  quot: '"',
  apos: "'",
  lt: "<",
  gt: ">",
  amp: "&",
};

function unescaped(text: string): string {
  return text.replace(/&(\w+);/g, (_, name) => ENTITIES[name] ?? "");
}
