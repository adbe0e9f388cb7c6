/** The monitor's page in a real browser, on servers of one process and on a node. */
// What runs in the page has a document. `deno publish` checks the library without it.
/// <reference lib="dom" />
import { assert, assertEquals, assertMatch } from "@std/assert";
import axe from "axe-core";
import type { Browser, Page } from "puppeteer-core";
import { type Monitor, serveMonitor } from "../../lib/monitor/serve_monitor.ts";
import { NATS_SERVER } from "../nats/nats_server.ts";
import { eventually, inTime, PATIENCE } from "../support/eventually.ts";
import { IdleTransport } from "../support/idle.ts";
import { Peer } from "../support/peer.ts";
import { startWeb, WebPeer } from "../support/web.ts";
import { assertNoScripts, inBrowser } from "../web/in_browser.ts";
import { MonitoredNode } from "./node.ts";

const browserTest = inBrowser("monitor page");

/** How the page is looked at. */
interface Look {
  dark?: boolean;
  phone?: boolean;
}

/** A monitor's page in a browser of its own. */
class MonitorPage implements AsyncDisposable {
  /** What should not have happened: errors, and what the security policy blocked. */
  readonly errors: string[] = [];

  private constructor(readonly page: Page) {
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      // Chromium cancels what it loads when the machine gets another network.
      const isExpected = message.text().includes("ERR_NETWORK_CHANGED");
      if (!isExpected) this.errors.push(message.text());
    });
  }

  /** @param prepare Called before the page is there. */
  static async open(
    browser: Browser,
    { addr }: Pick<Monitor, "addr">,
    { dark = false, phone = false }: Look = {},
    prepare: (page: Page) => Promise<void> = async () => {},
  ): Promise<MonitorPage> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    const shown = new MonitorPage(page);
    await page.setViewport(
      phone
        ? { width: 375, height: 667, isMobile: true, hasTouch: true }
        : { width: 1200, height: 900 },
    );
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
    ]);
    await prepare(page);
    await page.goto(`http://127.0.0.1:${addr.port}/`);
    return shown;
  }

  /** The texts of a table's cells, once they are so many rows, or hold otherwise. */
  rows(
    id: string,
    holds: number | ((rows: string[][]) => boolean),
  ): Promise<string[][]> {
    return eventually(
      `the rows of ${id}`,
      () =>
        // In one step, so that all rows are of one moment.
        this.page.evaluate((id) =>
          [...document.querySelectorAll(`#${id} tr`)].map((row) =>
            [...row.children].map(({ textContent }) => textContent ?? "")
          ), id),
      typeof holds === "number" ? ({ length }) => length === holds : holds,
    );
  }

  /** The text of an element, once it holds. */
  text(selector: string, holds: (text: string) => boolean): Promise<string> {
    return eventually(
      `the text of ${selector}`,
      () => this.page.$eval(selector, ({ textContent }) => textContent ?? ""),
      holds,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await inTime(this.page.browserContext().close(), "the page to close");
  }
}

/** A server with a client by TCP and one by WebSocket, and its monitor in the browser. */
async function open(
  browser: Browser,
  look?: Look,
  prepare?: (page: Page) => Promise<void>,
) {
  const running = await startWeb();
  const { server, web } = running;
  const monitor = await serveMonitor(server, { port: 0, web });
  const tcp = await Peer.join(server.addr, "tcp");
  const ws = await WebPeer.connect(web.addr);
  const shown = await MonitorPage.open(browser, monitor, look, prepare);
  const { page, errors } = shown;
  return {
    ...{ server, tcp, ws, shown, page, errors },
    async [Symbol.asyncDispose]() {
      await shown[Symbol.asyncDispose]();
      tcp[Symbol.dispose]();
      ws[Symbol.dispose]();
      await running[Symbol.asyncDispose]();
      await inTime(monitor.finished, "the monitor to end");
    },
  };
}

browserTest("metrics, lines, clients and those that left", async (browser) => {
  await using running = await open(browser);
  const { page, shown, server, errors } = running;
  const clients = await shown.rows("clients", 2);
  assertEquals(clients.map((cells) => cells[2]).sort(), ["tcp", "websocket"]);
  assertEquals(clients.map((cells) => cells.at(-1)), ["open", "open"]);
  await page.waitForSelector("#metrics .line[d^=M]");
  const metrics = await page.$$eval("#metrics h2", (names) => names.length);
  assertEquals(metrics, 10);
  server.clients.get(2)!.disconnect();
  const [ended] = await shown.rows("ended", 1);
  assertEquals([ended![0], ended!.at(-1)], ["2", "removed"]);
  await shown.rows("clients", 1);
  assert(await page.$eval("#room", (room) => (room as HTMLElement).hidden));
  await shown.text("#state", (text) => /^Version \S+, up /.test(text));
  assertEquals(errors, []);
});

browserTest(
  "thousands of clients, 50 at a time, in any order",
  async (browser) => {
    await using running = await open(browser);
    const { page, shown, server, tcp } = running;
    const COUNT = 3000;
    for (let port = 3; port <= COUNT; port++) {
      server.add(new IdleTransport(port));
    }
    const first = (rows: string[][]) => Number(rows[0]?.[0]);
    const range = (text: string) =>
      shown.text("#total", (shownText) => shownText === text);
    const isEnabled = (id: string) =>
      page.$eval(`#${id}`, (button) => !(button as HTMLButtonElement).disabled);

    await page.select("#sort", "client");
    const newest = await shown.rows("clients", (rows) => first(rows) === COUNT);
    assertEquals(newest.length, 50);
    assertEquals(newest[0]!.slice(1, 3), [`192.0.2.1:${COUNT}`, "tcp"]);
    await range("1–50 of 3,000");
    assertEquals([await isEnabled("previous"), await isEnabled("next")], [
      false,
      true,
    ]);
    await page.click("#next");
    await shown.rows("clients", (rows) => first(rows) === COUNT - 50);
    await range("51–100 of 3,000");
    assertEquals(await isEnabled("previous"), true);
    await page.click("#previous");
    await shown.rows("clients", (rows) => first(rows) === COUNT);

    await tcp.say("one more");
    await page.select("#sort", "messagesIn");
    const speakers = await shown.rows("clients", (rows) => first(rows) === 1);
    assertEquals(speakers[0]!.at(4), "2 · 13 B");

    // Most leave while one reads far behind them: what is left is shown.
    await page.evaluate(() => {
      for (let n = 0; n < 20; n++) document.getElementById("next")!.click();
    });
    await range("1,001–1,050 of 3,000");
    for (const client of server.clients.values()) {
      if (client.client > 60) client.disconnect();
    }
    await range("51–60 of 60");
    await shown.rows("clients", 10);
    const ended = await shown.rows("ended", 200);
    assertEquals(
      new Set(ended.map((cells) => cells.at(-1))),
      new Set(["removed"]),
    );
    assertEquals(running.errors, []);
  },
);

browserTest(
  "lines of ten minutes, also when the clock was set",
  async (browser) => {
    const end = Date.now();
    const samples = Array.from({ length: 300 }, (_, n) => ({
      time: end - 2000 * (299 - n) + (n < 10 ? 3_600_000 : 0),
      clients: n % 100,
    }));
    await using running = await open(browser, {}, async (page) => {
      await page.setRequestInterception(true);
      page.on("request", (request) => {
        if (!request.url().endsWith("/history")) return void request.continue();
        const body = JSON.stringify({ samples });
        request.respond({ contentType: "application/json", body });
      });
    });
    const { page, shown } = running;
    await page.waitForSelector("#metrics .line[d^=M]");
    await shown.text("#metrics p", (text) => text === "99 at most 99");
    const path = await page.$eval(
      "#metrics .line",
      (line) => line.getAttribute("d")!,
    );
    const points = path.slice(1).split("L").map((point) =>
      point.split(" ").map(Number)
    );
    assertEquals(points.length, 290); // those of the time before the clock was set back are left out
    assertEquals(points.at(-1), [600, 0]);
    assert(
      points.every(([x, y], n) =>
        y! >= 0 && y! <= 48 && x! >= 0 && x! <= 600 &&
        x! > (points[n - 1]?.[0] ?? -1)
      ),
    );
    assertEquals(running.errors, []);
  },
);

browserTest(
  "a script that is not the server's does not run",
  async (browser) => {
    await using running = await open(browser);
    const { page, shown } = running;
    await shown.rows("clients", 2);
    await assertNoScripts(page);
  },
);

browserTest(
  "a hidden page asks for nothing, and at once when it is seen again",
  async (browser) => {
    let asked = 0;
    await using running = await open(browser, {}, async (page) => {
      await Promise.resolve(page.on("request", () => asked++));
    });
    const { page, shown, server } = running;
    await shown.rows("clients", 2);
    const other = await page.browserContext().newPage();
    await other.bringToFront();
    assertEquals(await page.evaluate(() => document.hidden), true);
    const before = asked;
    // Longer than two of its intervals, by its own clock.
    await page.evaluate(() =>
      new Promise((resolve) => setTimeout(resolve, 4500))
    );
    assertEquals(asked, before);
    server.clients.get(2)!.disconnect();
    await page.bringToFront();
    await shown.rows("clients", 1);
  },
);

browserTest("when the monitor is gone, the page says so", async (browser) => {
  await using running = await open(browser);
  const { page, shown, server, tcp, ws } = running;
  await shown.rows("clients", 2);
  tcp[Symbol.dispose]();
  ws[Symbol.dispose]();
  await inTime(server.shutdown(), "the server to end");
  await page.waitForSelector("#state.bad");
  assertMatch(
    await page.$eval("#state", ({ textContent }) => textContent!),
    /^The monitor does not answer/,
  );
});

if (NATS_SERVER) {
  browserTest("a node's engine, when it is away, and gaps", async (browser) => {
    await using node = await MonitoredNode.start();
    await using shown = await MonitorPage.open(browser, node.monitor);
    const facts = (holds: (facts: Record<string, string>) => boolean) =>
      eventually(
        "the engine's facts",
        () =>
          shown.page.evaluate(() =>
            Object.fromEntries(
              [...document.querySelectorAll("#engine div")].map((
                { children: [name, value] },
              ) => [name!.textContent, value!.textContent]),
            )
          ),
        holds,
      );
    await facts((facts) => "Up for" in facts);
    await node.reach(false);
    await shown.text(
      "#state",
      (text) => text === "Not ready: the engine is away",
    );
    await facts((facts) => "Away for" in facts);
    await node.makeGap();
    await node.reach(true);
    const { Gaps } = await facts((facts) => facts["Gaps"] !== "0");
    assertEquals(Gaps, "1");
    await shown.text("#state", (text) => text.startsWith("Version "));
    assertEquals(shown.errors, []);
  });
}

for (
  const [name, look] of Object.entries({
    light: {},
    dark: { dark: true },
    "a phone": { phone: true },
  })
) {
  browserTest(`axe-core finds nothing: ${name}`, async (browser) => {
    await using running = await open(browser, look);
    const { page, shown, errors } = running;
    await shown.rows("clients", 2);
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
