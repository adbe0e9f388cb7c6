/** A real browser: Chromium with the chat page in it, to be read and typed into. */
// What runs in the page has a document. `deno publish` checks the library without it.
/// <reference lib="dom" />
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { chatAssets } from "../../lib/web/assets.ts";
import { eventually, inTime, PATIENCE } from "../support/eventually.ts";
import { startWeb, type WebServer } from "../support/web.ts";

/** Chromium's names. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** The Chromium on PATH, if there is one. */
export const chromium: string | undefined = await findChromium();

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
  return puppeteer.launch({
    executablePath: chromium!,
    // Chromium refuses to isolate processes for root, as which tests may run.
    args: ["--no-sandbox", "--disable-smooth-scrolling"],
  });
}

/** Starts a server with the chat page. */
export function startChat(
  ...[options, webOptions]: Parameters<typeof startWeb>
): Promise<WebServer> {
  return startWeb(options, { assets: chatAssets, ...webOptions });
}

/** A row of the page, as it is there. */
export interface ShownRow {
  readonly text: string;
  /** The kind of message, and `binary` where it is not UTF-8. */
  readonly kind: string;
}

/** The chat page in a browser of its own, which remembers nothing of others. */
export class ChatPage implements AsyncDisposable {
  readonly page: Page;
  /** What should not have happened: errors, and what the security policy blocked. */
  readonly errors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      // A connection that fails is one, too, and expected.
      if (!message.text().includes("WebSocket")) {
        this.errors.push(message.text());
      }
    });
  }

  /** Opens the page, and waits until it is connected. */
  static async open(
    browser: Browser,
    { addr }: { addr: Deno.NetAddr },
    { name = "", phone = false, dark = false } = {},
  ): Promise<ChatPage> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    const chat = new ChatPage(page);
    await page.setViewport(
      phone
        ? { width: 375, height: 667, isMobile: true, hasTouch: true }
        : { width: 900, height: 600 },
    );
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
    ]);
    await page.goto(`http://${addr.hostname}:${addr.port}/`);
    await chat.connected();
    if (name !== "") await page.type("#name", name);
    await page.focus("#message");
    return chat;
  }

  /** Waits until it says that it is connected. */
  async connected(): Promise<void> {
    await this.page.waitForSelector("#state.connected");
  }

  /** Enters a message, as if it were pasted. */
  async enter(text: string): Promise<void> {
    await this.page.focus("#message");
    await this.page.keyboard.sendCharacter(text);
  }

  /** Enters a message and sends it. */
  async say(text: string): Promise<void> {
    await this.enter(text);
    await this.page.keyboard.press("Enter");
  }

  /** The text of an element. */
  text(selector: string): Promise<string> {
    return this.page.$eval(selector, ({ textContent }) => textContent ?? "");
  }

  /** What is typed in an input. */
  value(selector: string): Promise<string> {
    return this.page.$eval(
      selector,
      (input) => (input as unknown as { value: string }).value,
    );
  }

  /** The rows there are, without the time. */
  rows(): Promise<ShownRow[]> {
    // In one step, so that all rows are of one moment.
    return this.page.evaluate(() =>
      [...document.querySelectorAll("#messages p")].map((text) => ({
        text: [...text.querySelectorAll("b, span")]
          .map(({ textContent }) => textContent).join(""),
        kind: text.parentElement!.className,
      }))
    );
  }

  /** The texts of the rows. */
  async texts(): Promise<string[]> {
    return (await this.rows()).map(({ text }) => text);
  }

  /** Waits until a text is shown, as the last. */
  async shows(text: string): Promise<void> {
    await this.eventually(
      `the page to show ${Deno.inspect(text)}`,
      () => this.texts(),
      (texts) => texts.at(-1) === text,
    );
  }

  /** What the page counts. */
  async counts(): Promise<Record<string, number>> {
    const counts = (await this.text("#counts")).split(" · ").map((part) => {
      const [, number, name] = part.match(/^([\d,]+) (.*)$/)!;
      return [name!, Number(number!.replaceAll(",", ""))];
    });
    return Object.fromEntries(counts);
  }

  /** Looks at the page until what is seen is as it should be. */
  eventually<T>(
    what: string,
    look: () => Promise<T>,
    holds: (seen: T) => boolean,
  ): Promise<T> {
    return eventually(what, look, holds);
  }

  /** Lets the page draw what it has. */
  async frame(): Promise<void> {
    await inTime(
      this.page.evaluate(() =>
        new Promise<void>((resolve) =>
          requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
        )
      ),
      "a frame",
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await inTime(this.page.browserContext().close(), "the page to close");
  }
}
