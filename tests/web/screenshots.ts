/**
 * Makes the pictures of both pages in `.github`, with the Chromium on PATH:
 * `deno task screenshots`. It takes ten minutes, because the monitor's have as many.
 */
import { MonitoredCrowd } from "../monitor/monitored_crowd.ts";
import { chatPicture } from "./chat_pictures.ts";
import { launch } from "./chat_page.ts";

const FOLDER = new URL("../../.github/", import.meta.url);

function save(name: string, dark: boolean, png: Uint8Array): Promise<void> {
  const file = `${name}-${dark ? "dark" : "light"}.png`;
  return Deno.writeFile(new URL(file, FOLDER), png);
}

await using browser = await launch();
await using crowd = await MonitoredCrowd.start();
for (const dark of [false, true]) {
  await save("chat", dark, await chatPicture(browser, dark));
}
await crowd.talk();
for (const dark of [false, true]) {
  await save("monitor", dark, await crowd.picture(browser, dark));
}
