import { assertEquals } from "@std/assert";
import { Announcements } from "../../../lib/web/page/announcements.ts";
import { test } from "../../support/test.ts";

test("Announcements are off above 5 messages a second, and on again after a calm second", () => {
  const announcements = new Announcements();
  const steps: [received: number, now: number, on: boolean][] = [
    [1, 0, true],
    [5, 400, true],
    [6, 900, true],
    [7, 950, false], // the sixth within a second
    [7, 1000, false],
    [7, 1500, false],
    [12, 2000, true],
    [1012, 900_000, false], // many at once after a long silence
    [1013, 900_100, false],
    [1014, 901_000, true],
  ];
  for (const [received, now, on] of steps) {
    assertEquals(
      announcements.update(received, now),
      on,
      `${received}, ${now}`,
    );
  }
});
