import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { test } from "../support/test.ts";
import { BaselineError, judge, mutantsOf } from "./mutants.ts";
import { apply, mutations } from "./mutations.ts";
import { coreFiles, stagesOf } from "./suites.ts";

/** The longest that this many processes may take, in milliseconds. */
const TIME_LIMIT = 120_000;

/** The time that tests of the small repository have, in milliseconds. */
const PATIENCE = 3000;

const FILE = "lib/hub/count.ts";

const MODULE = `
/** Counts down. */
export function steps(from: number): number {
  let steps: number = 0;
  while (from > 0) {
    from--;
    steps++;
  }
  return steps;
}

export function isLarge(n: number): boolean {
  return n > 100;
}
`;

const TEST = `
import { isLarge, steps } from "../../lib/hub/count.ts";
const { test } = Deno;
test("steps()", () => {
  if (steps(3) !== 3) throw new Error("it takes 3 steps");
});
test("isLarge()", () => {
  if (!isLarge(1000) || isLarge(1)) throw new Error("1000 is large");
});
`;

/** A repository of one module, and its test. */
async function repository(test: string): Promise<string> {
  const root = await Deno.makeTempDir();
  await Deno.mkdir(join(root, "lib/hub"), { recursive: true });
  await Deno.mkdir(join(root, "tests/hub"), { recursive: true });
  await Deno.writeTextFile(join(root, "deno.json"), "{}");
  await Deno.writeTextFile(join(root, FILE), MODULE);
  await Deno.writeTextFile(join(root, "tests/hub/count_test.ts"), test);
  return root;
}

test(
  "judge() tells what tests notice from what they let pass and what never ends",
  {
    timeout: TIME_LIMIT,
  },
  async () => {
    const root = await repository(TEST);
    const entry = {
      file: FILE,
      within: "isLarge",
      before: "return n > 100;",
      after: "return n >= 100;",
      reason: "nobody calls it with 100",
    };
    const fates: Record<string, string> = {};
    try {
      await judge(mutantsOf(root, [FILE]), {
        root,
        equivalents: [entry],
        workers: 2,
        patience: PATIENCE,
        signal: new AbortController().signal,
        onJudged: ({ mutant, verdict }) => {
          fates[`${mutant.before} -> ${mutant.after}`] = verdict;
        },
      });
      assertEquals(await Deno.readTextFile(join(root, FILE)), MODULE);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
    assertEquals(fates, {
      "let steps: number = 0; -> let steps: number = 1;": "killed",
      "while (from > 0) { -> while (false) {": "killed",
      "while (from > 0) { -> while (from >= 0) {": "killed",
      "while (from > 0) { -> while (from > 1) {": "killed",
      "from--; -> ;": "timed out",
      "from--; -> (from -= 2);": "killed",
      "steps++; -> ;": "killed",
      "steps++; -> (steps += 2);": "killed",
      "return n > 100; -> return n >= 100;": "equivalent",
      "return n > 100; -> return n <= 100;": "killed",
      "return n > 100; -> return n > (100 * 2);": "survived",
      "return n > 100; -> return n > (100 / 2);": "survived",
    });
  },
);

test(
  "judge() refuses tests that fail already",
  { timeout: TIME_LIMIT },
  async () => {
    const root = await repository("throw new Error('as it is');");
    try {
      const judging = judge(mutantsOf(root, [FILE]), {
        root,
        equivalents: [],
        workers: 1,
        signal: new AbortController().signal,
        onJudged: () => {},
      });
      const { message } = await assertRejects(() => judging, BaselineError);
      assert(message.includes("as it is"), message);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

test("judge() ends when it is told to, and leaves nothing behind", {
  timeout: TIME_LIMIT,
}, async () => {
  const root = await repository(TEST);
  const stopping = new AbortController();
  const fates: string[] = [];
  try {
    await judge(mutantsOf(root, [FILE]), {
      root,
      equivalents: [],
      workers: 1,
      signal: stopping.signal,
      onJudged: ({ verdict }) => {
        fates.push(verdict);
        stopping.abort();
      },
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  assertEquals(fates, ["killed"]);
});

/** The mutants of one line in a function that may return nothing. */
function changes(line: string): string[] {
  const source = `async function f(): Promise<void> {\n${line}\nend();\n}\n`;
  return mutations(source).filter((mutation) => mutation.line === 2).map(
    (mutation) => {
      const [, changed] = apply(source, mutation).split("\n");
      assertEquals(changed!.trim(), mutation.after);
      assertEquals(mutation.within, "f");
      return changed!;
    },
  );
}

for (
  const [line, expected] of [
    ["if (a < b) g();", [
      "if (true) g();",
      "if (false) g();",
      "if (a <= b) g();",
    ]],
    ["x = a === b;", [";", "x = a !== b;"]],
    ["if (a && !b) return;", [
      "if (true) return;",
      "if (false) return;",
      "if ((a)) return;",
      "if ((!b)) return;",
      "if (a && b) return;",
    ]],
    ["y(a ?? 3);", [";", "y((a));", "y((3));", "y(a ?? 4);", "y(a ?? 2);"]],
    ["x -= 64 * 1024;", [
      ";",
      "x -= 2 * (64 * 1024);",
      "x -= ((64 * 1024) * 2);",
      "x -= ((64 * 1024) / 2);",
    ]],
    ["await g?.(i++);", [";", "await g?.((i));", "await g?.(((i += 2) - 2));"]],
    ["for (;; i++) break;", ["for (;; (i += 2)) break;", "for (;; i++) ;"]],
    ["x ??= true;", [";", "x = true;", "x ??= false;"]],
    ["const t: 1 | 2 = '1 < 2' as any; // 3 < 4", []],
    ["throw new Error(`${a + 1}`);", []],
  ] as const
) {
  test(`mutations() of ${line}`, () => {
    assertEquals(changes(line).toSorted(), expected.toSorted());
  });
}

test("mutations() leaves a return alone where the type wants a value", () => {
  const lines = (type: string) =>
    mutations(`function f()${type} {\nreturn g();\n}\n`).map(({ after }) =>
      after
    );
  assertEquals(lines(": number"), []);
  assertEquals(lines(": Promise<Result<void>>"), []);
  assertEquals(lines(": Promise<void>"), ["void (g());"]);
  assertEquals(lines(": Run | undefined"), ["void (g());"]);
  // Which ends as it would without.
  const source = "function f(): undefined {\nreturn undefined;\n}\n";
  assertEquals(mutations(source), []);
});

test("stagesOf() begins with the tests named after the file", () => {
  const root = new URL("../..", import.meta.url).pathname;
  const files = coreFiles(root);
  assert(files.includes("lib/wire/framer.ts"));
  const [named, rest = []] = stagesOf(root, "lib/wire/framer.ts");
  assertEquals(named, ["tests/wire/framer_test.ts"]);
  assert(rest.includes("tests/wire/frame_test.ts"));
  assert(!rest.includes("tests/wire/framer_test.ts"));
  const stages = stagesOf(root, "lib/wire/websocket/encode.ts");
  const folder = "tests/wire/websocket";
  assertEquals(stages[0], [`${folder}/encode_test.ts`]);
  assert(stages[1]!.every((test) => test.startsWith(folder)));
  assert(stages[2]!.includes("tests/wire/frame_test.ts"));
  const all = new Set(stages.flat());
  assertEquals(all.size, stages.flat().length);
});
