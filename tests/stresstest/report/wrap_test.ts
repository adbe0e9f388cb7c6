import { assertEquals } from "@std/assert";
import { wrap } from "../../../lib/stresstest/report/wrap.ts";
import { test } from "../../support/test.ts";

test("wrap() breaks lines at spaces, and words never", () => {
  const text = "note: a server that is late\n  short";
  assertEquals(wrap(text, 100), text);
  assertEquals(wrap(text, 16), "note: a server\n    that is late\n  short");
  assertEquals(
    wrap("  a-long-word and more", 8),
    "  a-long-word\n    and\n    more",
  );
  assertEquals(wrap("no-space-at-all", 4), "no-space-at-all");
  assertEquals(wrap("", 4), "");
  assertEquals(
    wrap("0 % lost, 99.8 k deliveries", 16),
    "0 % lost,\n    99.8 k\n    deliveries",
  );
  assertEquals(
    wrap("waited for 76.5 % of 3 s", 15),
    "waited for\n    76.5 % of\n    3 s",
  );
  assertEquals(wrap("the % sign", 5), "the %\n    sign");
});

test("wrap() ends however narrow the terminal is", () => {
  for (let width = 0; width < 10; width++) {
    for (const indent of ["", "  ", "      "]) {
      const text = `${indent}a b, c  d`;
      const words = wrap(text, width).split(/\s+/).filter((word) =>
        word !== ""
      );
      assertEquals(words, ["a", "b,", "c", "d"]);
    }
  }
});
