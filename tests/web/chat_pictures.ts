/** The pictures of the chat page. */
import type { Browser } from "puppeteer-core";
import { encode } from "../../lib/wire/frame.ts";
import { ChatPage, startChat } from "./chat_page.ts";

/** How long the server is away, in milliseconds. */
const RESTART = 2500;

const BEFORE = [
  "alice: Is anybody here?",
  "bob: Just me and the kettle.",
  "alice: Good enough. Did the new build go out last night, or are we still waiting for the third machine to come back from its holiday in the rack?",
  "carol: It went out at nine. All three are green.",
];
const AFTER = [
  "bob: That was the restart. The kettle is still on.",
  "mallory: <b>free coffee</b> \u202eexe.eeffoc",
];

/** A chat through a restart, as it is shown in the end. */
export async function chatPicture(
  browser: Browser,
  dark: boolean,
): Promise<Uint8Array> {
  const before = await startChat();
  const { port } = before.web.addr;
  await using page = await ChatPage.open(browser, before.web, {
    name: "Zoe",
    dark,
  });
  await page.page.setViewport({
    width: 760,
    height: 480,
    deviceScaleFactor: 1.25,
  });
  for (const text of BEFORE) before.server.hub.broadcast(encode(text));
  await page.shows(BEFORE.at(-1)!);
  await page.say("Then I can go home.");
  await page.shows("Zoe: Then I can go home.");
  await before[Symbol.asyncDispose]();
  await new Promise((resolve) => setTimeout(resolve, RESTART));
  await using after = await startChat({}, { port });
  await page.connected();
  for (const text of AFTER) after.server.hub.broadcast(encode(text));
  await page.shows("mallory: <b>free coffee</b> \\u{202e}exe.eeffoc");
  await page.page.type("#message", "No, thank you. See y");
  await page.frame();
  return await page.page.screenshot();
}
