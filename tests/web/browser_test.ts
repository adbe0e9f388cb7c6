import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes/concat";
import axe from "axe-core";
import { Hub } from "../../lib/hub/hub.ts";
import { encode } from "../../lib/wire/frame.ts";
import { Peer } from "../support/peer.ts";
import { ChatPage, startChat } from "./chat_page.ts";
import { assertNoScripts, inBrowser } from "./in_browser.ts";

const browserTest = inBrowser("chat page");

/** Broadcasts messages that say `text NUMBER`. */
function broadcast(hub: Hub, text: string, from: number, to: number): void {
  const frames = [];
  for (let n = from; n < to; n++) frames.push(encode(`${text} ${n}`));
  hub.broadcast(concat(frames), frames.length);
}

browserTest(
  "two pages and a TCP client chat, and each knows its own",
  async (browser) => {
    await using chat = await startChat();
    using tcp = await Peer.join(chat.server.addr as Deno.NetAddr, "tcp");
    await using ann = await ChatPage.open(browser, chat.web, { name: "Ann" });
    await using bob = await ChatPage.open(browser, chat.web, { name: " Bob " });
    await ann.say("hello");
    assertEquals(await tcp.hear(), "Ann: hello");
    await bob.shows("Ann: hello");
    await bob.say("hi: there");
    await ann.shows("Bob: hi: there");
    await tcp.say("Bob: hi: there");
    await ann.shows("Bob: hi: there");
    for (const page of [ann, bob]) {
      await page.eventually(
        "three messages",
        () => page.rows(),
        (rows) => rows.length === 3,
      );
    }
    const kinds = async (page: ChatPage) =>
      (await page.rows()).map(({ kind }) => kind);
    assertEquals(await kinds(ann), ["own", "message", "message"]);
    assertEquals(await kinds(bob), ["message", "own", "message"]);
    assertEquals(await bob.texts(), [
      "Ann: hello",
      "Bob: hi: there",
      "Bob: hi: there",
    ]);
    assertMatch(await ann.text("#messages time"), /^\d\d:\d\d$/);
    assertEquals([...ann.errors, ...bob.errors], []);
  },
);

browserTest(
  "the name is remembered, Up recalls, and bytes are counted",
  async (browser) => {
    await using chat = await startChat();
    await using page = await ChatPage.open(browser, chat.web, { name: "Zoë" });
    const left = () => page.text("#left");
    assertEquals(await left(), "249 bytes left"); // `Zoë: `
    await page.say("first");
    await page.say("second");
    await page.shows("Zoë: second");
    await page.page.type("#message", "draft");
    const recalled = [];
    for (
      const key of ["ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"] as const
    ) {
      await page.page.keyboard.press(key);
      recalled.push(await page.value("#message"));
    }
    assertEquals(recalled, ["second", "first", "second", "draft"]);

    await page.page.type("#message", "€".repeat(82));
    assertEquals(await left(), "2 bytes too many");
    await page.page.keyboard.press("Enter");
    assertEquals(await page.text("#hint"), "Not sent: 2 bytes too many.");
    await page.page.keyboard.press("Backspace");
    assertEquals(await left(), "1 byte left");
    assertEquals(await page.text("#hint"), "");
    await page.page.keyboard.press("Enter");
    await page.shows(`Zoë: draft${"€".repeat(81)}`);

    await page.page.reload();
    await page.connected();
    assertEquals(await page.value("#name"), "Zoë");
    assertEquals(page.errors, []);
  },
);

browserTest(
  "a restart: the draft stays, and a line says from when to when",
  async (browser) => {
    const before = await startChat();
    const { port } = before.web.addr;
    await using page = await ChatPage.open(browser, before.web);
    await page.page.type("#message", "not yet said");
    await before[Symbol.asyncDispose]();
    await page.page.waitForSelector("#state.waiting");
    assertEquals(await page.text("#state"), "Not connected");
    assertMatch(
      await page.text("#countdown"),
      /^trying again in \d+ seconds?$/,
    );
    const motion = () =>
      page.page.$eval(
        "#state",
        (state) => getComputedStyle(state, "::before").animationName,
      );
    assertEquals(await motion(), "pulse");
    await page.page.emulateMediaFeatures([
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    assertEquals(await motion(), "none");
    await page.page.keyboard.press("Enter");
    assertMatch(await page.text("#hint"), /^Not sent: there is no connection/);
    assertEquals(await page.value("#message"), "not yet said");

    await using _after = await startChat({}, { port });
    await page.connected();
    assertEquals(await page.text("#state"), "Connected");
    const [line] = await page.eventually(
      "a line about the time without a connection",
      () => page.rows(),
      (rows) => rows.length > 0,
    );
    assertEquals(line!.kind, "notice");
    const time = String.raw`\d\d:\d\d:\d\d`;
    assertMatch(
      line!.text,
      new RegExp(`^Nothing was received from ${time} to ${time}$`),
    );
    await page.page.keyboard.press("Enter");
    await page.shows("not yet said");
    assertEquals(page.errors, []);
  },
);

browserTest(
  "a page that the server disconnects says so, and comes back when the user wants it",
  async (browser) => {
    await using chat = await startChat();
    await using page = await ChatPage.open(browser, chat.web);
    const { server } = chat;
    server.hub.broadcast(encode("before"));
    await page.shows("before");
    for (const client of server.clients.values()) client.disconnect();
    await page.page.waitForSelector("#state.removed");
    assertEquals(await page.text("#state"), "Disconnected by the server");
    assertEquals(await page.text("#countdown"), "");
    await page.page.evaluate(() => dispatchEvent(new Event("online")));
    assertEquals(await page.text("#state"), "Disconnected by the server");
    await page.page.click("#retry");
    await page.connected();
    await page.eventually(
      "a line about the time without a connection",
      () => page.texts(),
      (texts) => texts.at(-1)!.startsWith("Nothing was received from "),
    );
    assertEquals(page.errors, []);
  },
);

browserTest("strangers' bytes appear as text", async (browser) => {
  await using chat = await startChat();
  await using page = await ChatPage.open(browser, chat.web);
  const hostile: [body: string | Uint8Array, text: string, kind?: string][] = [
    ["<b>bold</b> &amp;", "<b>bold</b> &amp;"],
    ...[
      "<script>globalThis.hacked = 1</script>",
      "<img src=x onerror=globalThis.hacked=1>",
      "javascript:globalThis.hacked=1 https://example.com",
    ].map((body): [string, string] => [body, body]),
    ["\u202egnp.exe\u202c", "\\u{202e}gnp.exe\\u{202c}"],
    ["\x1b[2J\x07\r\n", "␛[2J␇␍␊"],
    [new Uint8Array(255).fill(7), "␇".repeat(255)],
    [new Uint8Array(0), ""],
    [
      new TextEncoder().encode("half 😀").subarray(0, 7),
      "not UTF-8: 7 bytes",
      "message binary",
    ],
    ["last", "last"],
  ];
  for (const [body] of hostile) chat.server.hub.broadcast(encode(body));
  await page.shows("last");
  assertEquals(
    (await page.rows()).map(({ text, kind }) => [text, kind]),
    hostile.map(([, text, kind = "message"]) => [text, kind]),
  );
  const found = await page.page.evaluate(() => ({
    hacked: "hacked" in globalThis,
    elements: [
      ...new Set(
        [...document.querySelectorAll("#messages *")].map(({ tagName }) =>
          tagName
        ),
      ),
    ],
  }));
  assertEquals(found.hacked, false);
  chat.server.hub.broadcast(encode("\u05d0\u05d1: \u05d2\u05d3"));
  await page.shows("\u05d0\u05d1: \u05d2\u05d3");
  const places = await page.page.evaluate(() => {
    const row = document.querySelector("#messages > div > div:last-child")!;
    return [...row.querySelectorAll("time, b, span")].map((part) =>
      part.getBoundingClientRect().left
    );
  });
  assertEquals(places.toSorted((a, b) => a - b), places); // also from right to left
  assertEquals(found.elements, ["DIV", "TIME", "P", "I", "B", "SPAN"]);
  assertEquals(page.errors, []); // no violation of the security policy among them
});

browserTest(
  "the security policy that it keeps is in force",
  async (browser) => {
    await using chat = await startChat();
    await using page = await ChatPage.open(browser, chat.web);
    await assertNoScripts(page.page);
  },
);

browserTest("it follows the newest, until one scrolls up", async (browser) => {
  await using chat = await startChat();
  await using page = await ChatPage.open(browser, chat.web);
  const { hub } = chat.server;
  const isBelowHidden = () =>
    page.page.$eval("#below", (below) => (below as HTMLElement).hidden);
  broadcast(hub, "line", 0, 300);
  await page.shows("line 299");
  assertEquals(await isBelowHidden(), true);

  await page.page.focus("#messages");
  await page.page.keyboard.press("PageUp");
  await page.eventually("to follow no more", isBelowHidden, (is) => !is);
  assertEquals(await page.text("#below"), "To the newest");
  const read = await middle(page);
  broadcast(hub, "more", 0, 3);
  await page.eventually(
    "3 new messages",
    () => page.text("#below"),
    (text) => text === "3 new below",
  );
  assertEquals(await middle(page), read);

  await page.page.click("#below");
  await page.shows("more 2");
  assertEquals(await isBelowHidden(), true);
  hub.broadcast(encode("followed"));
  await page.shows("followed");
  await page.page.keyboard.press("Home");
  await page.eventually(
    "the oldest message",
    () => page.texts(),
    (texts) => texts[0] === "line 0",
  );
  await page.page.keyboard.press("End");
  await page.eventually("to follow again", isBelowHidden, Boolean);
  hub.broadcast(encode("followed again"));
  await page.shows("followed again");
  await page.page.keyboard.press("Home");
  await page.eventually("to follow no more", isBelowHidden, (is) => !is);
  await page.page.focus("#message");
  await page.say("one's own");
  await page.shows("one's own");
  assertEquals(page.errors, []);
});

/** The row in the middle of the view: its text, and where it is. */
function middle({ page }: ChatPage): Promise<{ text: string; top: number }> {
  return page.evaluate(() => {
    const view = document.getElementById("messages")!.getBoundingClientRect();
    const row = document.elementFromPoint(
      view.left + view.width / 2,
      view.top + view.height / 2,
    )!.closest("#messages > div > div")!;
    const text = row.querySelector("span")!.textContent;
    return { text, top: row.getBoundingClientRect().top };
  });
}

browserTest(
  "scrolling passes all that is kept, in order, without jumps, in few rows",
  async (browser) => {
    await using chat = await startChat();
    await using page = await ChatPage.open(browser, chat.web);
    const count = 150;
    const bodies = Array.from(
      { length: count },
      (_, n) => `${n} ${"words ".repeat(n % 7 === 0 ? 35 : n % 5)}`.trim(),
    );
    chat.server.hub.broadcast(
      concat(bodies.map((body) => encode(body))),
      count,
    );
    await page.shows(bodies.at(-1)!);

    const { seen, most, jumps } = await page.page.evaluate(async () => {
      const view = document.getElementById("messages")!;
      const rows = () => [...view.firstElementChild!.children] as HTMLElement[];
      const frame = () =>
        new Promise((resolve) =>
          requestAnimationFrame(() => requestAnimationFrame(resolve))
        );
      const text = (row: HTMLElement) => row.querySelector("span")!.textContent;
      const top = (row: HTMLElement) => row.getBoundingClientRect().top;
      const seen: string[][] = [];
      let most = 0;
      let jumps = 0;
      for (const step of [-170, 170]) {
        for (let more = true; more;) {
          const height = view.clientHeight / 2 +
            view.getBoundingClientRect().top;
          const kept = rows().find((row) => top(row) > height)!;
          const before = [text(kept), top(kept)] as const;
          const from = view.scrollTop;
          view.scrollTop += step;
          more = step < 0 ? view.scrollTop > 0 : view.scrollTop > from;
          const moved = from - view.scrollTop;
          await frame();
          const now = rows().find((row) => text(row) === before[0]);
          if (more && (!now || Math.abs(top(now) - before[1] - moved) > 1)) {
            jumps++;
          }
          most = Math.max(most, rows().length);
          seen.push(rows().map(text));
        }
      }
      return { seen, most, jumps };
    });
    assertEquals(jumps, 0);
    assert(most <= 50, `${most} rows`);
    for (const texts of seen) {
      const from = bodies.indexOf(texts[0]!);
      assertEquals(texts, bodies.slice(from, from + texts.length));
    }
    assertEquals([...new Set(seen.flat())].length, count);
    const counts = { received: count, shown: count, "not shown": 0 };
    assertEquals(await page.counts(), counts);
  },
);

browserTest(
  "a flood: shown + not shown = received, and with what was missed it is all",
  async (browser) => {
    const hub = new Hub({ capacity: 1024 * 1024 });
    await using chat = await startChat({ hub });
    await using page = await ChatPage.open(browser, chat.web);
    hub.broadcast(encode("calm"));
    await page.shows("calm");
    const live = () =>
      page.page.$eval("#messages", (log) => log.getAttribute("aria-live"));
    assertEquals(await live(), "polite");

    // As fast as the page takes them, and at last more at once than the hub keeps.
    const batch = 1000;
    for (let n = 0; n < 200; n++) {
      broadcast(hub, "flood", n * batch, (n + 1) * batch);
      await hub.ready();
    }
    for (let n = 200; n < 400; n++) {
      broadcast(hub, "flood", n * batch, (n + 1) * batch);
    }
    await page.shows("flood 399999");
    const { received, missed, shown, "not shown": notShown } = await page
      .counts();
    assertEquals(shown! + notShown!, received);
    assertEquals(received! + missed!, 400 * batch + 1);
    assert(missed! > 0);
    assert(shown! > 0 && notShown! > 0);
    assertEquals(await live(), "off");
    assertEquals(page.errors, []);
  },
);

browserTest("what was missed is told in its place", async (browser) => {
  const hub = new Hub({ capacity: 16 * 1024 });
  await using chat = await startChat({ hub });
  await using page = await ChatPage.open(browser, chat.web);
  hub.broadcast(encode("calm"));
  await page.shows("calm");
  for (let n = 0; n < 4000; n++) hub.broadcast(encode(`flood ${n}`));
  await page.shows("flood 3999");
  const { missed } = await page.counts();
  await page.page.focus("#messages");
  await page.page.keyboard.press("Home");
  const rows = await page.eventually(
    "the oldest message",
    () => page.rows(),
    ([first]) => first?.text === "calm",
  );
  const notice = {
    text: `${missed!.toLocaleString("en")} messages missed here`,
    kind: "notice",
  };
  const at = rows.findIndex(({ kind }) => kind === "notice");
  assertEquals(rows[at], notice);
  const [before, after] = [rows[at - 1], rows[at + 1]]
    .map((row) => Number(row!.text.replace("flood ", "")));
  assertEquals(after! - before!, missed! + 1);
  assertEquals(page.errors, []);
});

browserTest("a flood leaves what is being read", async (browser) => {
  await using chat = await startChat();
  await using page = await ChatPage.open(browser, chat.web);
  const { hub } = chat.server;
  broadcast(hub, "line", 0, 100);
  await page.shows("line 99");
  await page.page.focus("#messages");
  await page.page.keyboard.press("PageUp");
  await page.page.waitForSelector("#below:not([hidden])");
  const read = await middle(page);
  broadcast(hub, "flood", 0, 20_000);
  await page.eventually(
    "the whole flood",
    () => page.text("#below"),
    (text) => text === "20,000 new below",
  );
  assertEquals(await middle(page), read);
  await page.page.click("#below");
  await page.shows("flood 19999");
  assertEquals(page.errors, []);
});

browserTest(
  "a hidden page draws nothing, and counts what came",
  async (browser) => {
    await using chat = await startChat();
    await using page = await ChatPage.open(browser, chat.web);
    const { hub } = chat.server;
    hub.broadcast(encode("seen"));
    await page.shows("seen");
    const other = await page.page.browserContext().newPage();
    await other.bringToFront();
    assertEquals(await page.page.evaluate(() => document.hidden), true);
    broadcast(hub, "unseen", 0, 1000);
    await page.page.bringToFront();
    await page.shows("unseen 999");
    const { received, shown } = await page.counts();
    assertEquals(received, 1001);
    assert(shown! < 100, `${shown} shown`);
  },
);

browserTest(
  "the keyboard alone reaches everything, and the focus is seen",
  async (browser) => {
    await using chat = await startChat();
    await using page = await ChatPage.open(browser, chat.web);
    await page.page.click("h1"); // the focus begins here
    const order = [];
    for (let n = 0; n < 4; n++) {
      await page.page.keyboard.press("Tab");
      order.push(
        await page.page.evaluate(() => {
          const { id, tagName } = document.activeElement!;
          const { outlineStyle } = getComputedStyle(document.activeElement!);
          return [id || tagName, outlineStyle];
        }),
      );
    }
    assertEquals(
      order,
      ["messages", "name", "message", "BUTTON"].map((name) => [name, "solid"]),
    );
  },
);

for (
  const look of [
    { dark: false, phone: false },
    { dark: true, phone: true },
  ]
) {
  const name = `${look.dark ? "dark" : "light"}, on a ${
    look.phone ? "phone" : "desktop"
  }`;
  browserTest(`axe-core finds nothing: ${name}`, async (browser) => {
    await using chat = await startChat();
    await using page = await ChatPage.open(browser, chat.web, {
      name: "Ann",
      ...look,
    });
    const { hub } = chat.server;
    const names = ["bob", "carol", "dave", "erin", "frank", "grace", "heidi"];
    for (const name of names) hub.broadcast(encode(`${name}: hello`));
    hub.broadcast(Uint8Array.of(1, 0xff));
    await page.say("W".repeat(200));
    await page.shows(`Ann: ${"W".repeat(200)}`);
    await page.enter("x".repeat(260));
    await page.page.keyboard.press("Enter");

    await page.page.evaluate(axe.source);
    const { violations } = await page.page.evaluate(
      () => (globalThis as unknown as { axe: typeof axe }).axe.run(),
    );
    assertEquals(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      [],
    );
    const { width, height, ...size } = await page.page.evaluate(() => ({
      width: document.documentElement.scrollWidth - innerWidth,
      height: document.documentElement.scrollHeight - innerHeight,
      send: document.querySelector("form button")!.getBoundingClientRect()
        .height,
      font: getComputedStyle(document.getElementById("message")!).fontSize,
    }));
    assertEquals([width, height], [0, 0]); // nothing is beyond the edges
    assertEquals(size, { send: 40, font: "16px" });
    assertEquals(page.errors, []);
  });
}
