/**
 * Makes the pictures of reports in `.github`, with the Chromium and the Node on PATH:
 * `deno task screenshots:stresstest`. The tests in them are real, so nothing else
 * should run meanwhile.
 */
import type { Browser } from "puppeteer-core";
import { launch } from "../web/chat_page.ts";
import { path, script } from "../support/script.ts";

const OURS = "zillions=deno run --allow-net main.ts";

/** The width of the page, and what is left above and below the part of it. */
const [WIDTH, MARGIN] = [920, 16] as const;

/** A picture of a part of a report. */
interface Picture {
  name: string;
  /** The arguments of the stress tester. */
  args: string[];
  dark: boolean;
  /** The first and the last element in the picture. */
  part: [from: string, to: string];
}

const PICTURES: Picture[] = [
  {
    name: "report-sweep.png",
    args: [
      ..."--sweep --duration 2 --publishers 4 --subscribers 25".split(" "),
      OURS,
      "beginner=tests/gallery/servers/beginner.mjs",
    ],
    dark: false,
    part: ["main > section:last-child", "figure:nth-of-type(3)"],
  },
  {
    name: "report-failed.png",
    args: [
      ..."--rate 5000 --duration 2 --subscribers 20 -r 1".split(" "),
      OURS,
      "swaps=deno run --allow-net tests/stresstest/broken.ts swaps",
    ],
    dark: true,
    part: ["header", "table"],
  },
];

await using browser = await launch();
for (const picture of PICTURES) {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  try {
    await play(picture, file);
    await take(picture, file, browser);
  } finally {
    await Deno.remove(file);
  }
}

async function play({ args }: Picture, file: string): Promise<void> {
  const [program, ...words] = script("lib/stresstest/main.ts", "-A");
  const options = ["--server", "127.0.0.1:0", "--report", file];
  await new Deno.Command(program, {
    args: [...words, ...options, ...args],
    cwd: path("."),
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
}

async function take(
  { name, dark, part }: Picture,
  file: string,
  browser: Browser,
): Promise<void> {
  const page = await browser.newPage();
  await page.setViewport({
    width: WIDTH,
    height: 800,
    deviceScaleFactor: 1.25,
  });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
  ]);
  await page.goto(new URL(file, "file://").href);
  const boxes = await Promise.all(part.map(async (selector) => {
    const element = await page.$(selector);
    return (await element?.boundingBox())!;
  }));
  const [from, to] = [boxes[0]!, boxes[1]!];
  const top = from.y - MARGIN;
  const clip = {
    x: 0,
    y: top,
    width: WIDTH,
    height: to.y + to.height + MARGIN - top,
  };
  await Deno.writeFile(
    path(`.github/${name}`),
    await page.screenshot({ clip, captureBeyondViewport: true }),
  );
}
