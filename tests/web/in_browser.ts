/** Tests in Chromium, one for all the tests of a file. They are left out where there is none. */
// What runs in the page has a document. `deno publish` checks the library without it.
/// <reference lib="dom" />
import { assertEquals } from "@std/assert";
import type { Browser, Page } from "puppeteer-core";
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

/** Fails if a page runs a script that was put into it. */
export async function assertNoScripts(page: Page): Promise<void> {
  const directive = await page.evaluate(async () => {
    const violation = new Promise<SecurityPolicyViolationEvent>((resolve) =>
      document.addEventListener("securitypolicyviolation", resolve)
    );
    const script = document.createElement("script");
    script.textContent = "globalThis.hacked = 1";
    document.body.append(script);
    return (await violation).effectiveDirective;
  });
  assertEquals(directive, "script-src-elem");
  assertEquals(await page.evaluate(() => "hacked" in globalThis), false);
}
