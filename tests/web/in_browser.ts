/** Tests in Chromium, one for all the tests of a file. They are left out where there is none. */
import type { Browser } from "puppeteer-core";
import { inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";
import { chromium, launch } from "./chat_page.ts";

/** Registers a test of one page. */
export type BrowserTest = (
  name: string,
  fn: (browser: Browser) => Promise<void>,
) => void;

/** Makes what registers the tests of a page. Called once by a file. */
export function inBrowser(page: string): BrowserTest {
  let browser: Browser;
  if (chromium) {
    Deno.test.beforeAll(async () => {
      browser = await inTime(launch(), "Chromium to start");
    });
    Deno.test.afterAll(() => inTime(browser.close(), "Chromium to end"));
  }
  // Chromium outlives a test with its sockets.
  const options = {
    ignore: !chromium,
    sanitizeOps: false,
    sanitizeResources: false,
  };
  return (name, fn) => test(`${page}: ${name}`, options, () => fn(browser));
}
