/** Tests in Chromium, one for all the tests of a file. */
import type { Browser } from "puppeteer-core";
import { inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";
import { chromium, launch } from "./chat_page.ts";

/** Registers a test of one page. */
export type BrowserTest = (
  name: string,
  fn: (browser: Browser) => Promise<void>,
) => void;

/**
 * Makes what registers the tests of a page. Called once by a file. Without Chromium they
 * become one that says that they are left out.
 */
export function inBrowser(page: string): BrowserTest {
  if (!chromium) {
    const options = { ignore: true };
    test(`${page}: no tests without Chromium on PATH`, options, () => {});
    return () => {};
  }
  let browser: Browser;
  Deno.test.beforeAll(async () => {
    browser = await inTime(launch(), "Chromium to start");
  });
  Deno.test.afterAll(() => inTime(browser.close(), "Chromium to end"));
  // Chromium outlives a test with its sockets.
  const options = { sanitizeOps: false, sanitizeResources: false };
  return (name, fn) => test(`${page}: ${name}`, options, () => fn(browser));
}
