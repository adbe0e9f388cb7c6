/** The monitor's page in a real browser. */
// What runs in the page has a document. `deno publish` checks the library without it.
/// <reference lib="dom" />
import { assert, assertEquals, assertMatch } from "@std/assert";
import axe from "axe-core";
import type { Browser, Page } from "puppeteer-core";
import { serveMonitor } from "../../lib/monitor/serve_monitor.ts";
import { eventually, inTime, PATIENCE } from "../support/eventually.ts";
import { Peer } from "../support/peer.ts";
import { startWeb, WebPeer } from "../support/web.ts";
import { inBrowser } from "./in_browser.ts";

const browserTest = inBrowser("monitor page");

/** A server with a client by TCP and one by WebSocket, and its monitor in the browser. */
async function open(
  browser: Browser,
  look: { dark?: boolean; phone?: boolean } = {},
) {
  const running = await startWeb();
  const { server, web } = running;
  const monitor = await serveMonitor(server, { port: 0, web });
  const tcp = await Peer.join(server.addr, "tcp");
  const ws = await WebPeer.connect(web.addr);
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.setDefaultTimeout(PATIENCE);
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => errors.push(message.text()));
  await page.setViewport(
    look.phone
      ? { width: 375, height: 667, isMobile: true, hasTouch: true }
      : { width: 1200, height: 900 },
  );
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: look.dark ? "dark" : "light" },
  ]);
  await page.goto(`http://127.0.0.1:${monitor.addr.port}/`);
  return {
    ...{ server, tcp, ws, page, errors },
    async [Symbol.asyncDispose]() {
      await context.close();
      tcp[Symbol.dispose]();
      ws[Symbol.dispose]();
      await running[Symbol.asyncDispose]();
      await inTime(monitor.finished, "the monitor to end");
    },
  };
}

/** The texts of a table's cells, once there are so many rows. */
function rows(page: Page, id: string, count: number): Promise<string[][]> {
  return eventually(
    `${count} rows of ${id}`,
    () =>
      page.$$eval(
        `#${id} tr`,
        (rows) =>
          rows.map((row) =>
            [...row.children].map(({ textContent }) => textContent ?? "")
          ),
      ),
    ({ length }) => length === count,
  );
}

browserTest("figures, lines, clients and those that left", async (browser) => {
  await using running = await open(browser);
  const { page, server, errors } = running;
  const clients = await rows(page, "clients", 2);
  assertEquals(clients.map((cells) => cells[2]).sort(), ["tcp", "websocket"]);
  assertEquals(clients.map((cells) => cells.at(-1)), ["open", "open"]);
  await page.waitForSelector("#figures .line[d^=M]");
  const figures = await page.$$eval("#figures h2", (names) => names.length);
  assertEquals(figures, 10);
  server.clients.get(2)!.disconnect();
  const [ended] = await rows(page, "ended", 1);
  assertEquals([ended![0], ended!.at(-1)], ["2", "removed"]);
  await rows(page, "clients", 1);
  assert(await page.$eval("#room", (room) => (room as HTMLElement).hidden));
  assertMatch(
    await page.$eval("#state", ({ textContent }) => textContent!),
    /^Version /,
  );
  assertEquals(errors, []);
});

browserTest("when the monitor is gone, the page says so", async (browser) => {
  await using running = await open(browser);
  const { page, server, tcp, ws } = running;
  await rows(page, "clients", 2);
  tcp[Symbol.dispose]();
  ws[Symbol.dispose]();
  await inTime(server.shutdown(), "the server to end");
  await page.waitForSelector("#state.bad");
  assertMatch(
    await page.$eval("#state", ({ textContent }) => textContent!),
    /^The monitor does not answer/,
  );
});

for (
  const [name, look] of Object.entries({
    light: {},
    dark: { dark: true },
    "a phone": { phone: true },
  })
) {
  browserTest(`axe-core finds nothing: ${name}`, async (browser) => {
    await using running = await open(browser, look);
    const { page, errors } = running;
    await rows(page, "clients", 2);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(
      () => (globalThis as unknown as { axe: typeof axe }).axe.run(),
    );
    assertEquals(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      [],
    );
    const beyond = await page.evaluate(() =>
      document.documentElement.scrollWidth - innerWidth
    );
    assertEquals(beyond, 0); // only the tables scroll to the side
    assertEquals(errors, []);
  });
}
