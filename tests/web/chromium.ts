/** Chromium, the one on PATH, for tests of pages. */
import puppeteer, { type Browser } from "puppeteer-core";
import { inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";

/** Chromium's names. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

const path: string | undefined = await findChromium();

async function findChromium(): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of NAMES) {
      const path = `${folder}/${name}`;
      const isFile = await Deno.stat(path)
        .then((stat) => stat.isFile, () => false);
      if (isFile) return path;
    }
  }
  return undefined;
}

/** Starts Chromium. */
export function launch(): Promise<Browser> {
  if (path === undefined) throw new Error("there is no Chromium on PATH");
  return puppeteer.launch({
    executablePath: path,
    // Chromium refuses to isolate processes for root, as which tests may run.
    args: ["--no-sandbox", "--disable-smooth-scrolling"],
  });
}

/** Registers a test that is given Chromium. */
export type BrowserTest = (
  name: string,
  fn: (browser: Browser) => Promise<void>,
) => void;

/**
 * For the tests of a file, which share one Chromium. Where there is none, they become
 * one that says that they are left out.
 *
 * @param page What their names begin with.
 */
export function testsInChromium(page: string): BrowserTest {
  if (path === undefined) {
    const options = { ignore: true };
    test(`${page}: no tests without Chromium on PATH`, options, () => {});
    return () => {};
  }
  let browser: Browser;
  Deno.test.beforeAll(async () => {
    browser = await inTime(launch(), "Chromium to start");
  });
  Deno.test.afterAll(() => inTime(browser.close(), "Chromium to end"));
  // It outlives each test with its sockets.
  const options = { sanitizeOps: false, sanitizeResources: false };
  return (name, fn) => test(`${page}: ${name}`, options, () => fn(browser));
}
