import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseHead } from "../../lib/http/request.ts";
import { holds } from "../support/property.ts";
import { test } from "../support/test.ts";

test("parseHead() has the parts of a request", () => {
  const head = parseHead(
    "GET /a/b?c=d&e HTTP/1.1\r\nHost: localhost:8000\r\nX-A:1\r\nx-a: \t2 \r\nEmpty:",
  );
  assertEquals(head, {
    method: "GET",
    path: "/a/b",
    query: "c=d&e",
    headers: new Map([
      ["host", "localhost:8000"],
      ["x-a", "1, 2"],
      ["empty", ""],
    ]),
  });
  assertEquals(parseHead("HEAD / HTTP/1.0")?.headers.size, 0);
  assertEquals(parseHead("M-SEARCH / HTTP/1.1")?.method, "M-SEARCH");
});

test("parseHead() refuses everything else", () => {
  for (
    const text of [
      "",
      "GET /",
      "GET / HTTP/2.0",
      "GET  / HTTP/1.1",
      "G(T / HTTP/1.1",
      "GET\t/ HTTP/1.1",
      "GET / HTTP/1.1 ",
      "GET http://a/ HTTP/1.1",
      "GET * HTTP/1.1",
      "GET /# HTTP/1.1",
      "\x16\x03\x01",
      "GET / HTTP/1.1\r\nno colon",
      "GET / HTTP/1.1\r\n: no name",
      "GET / HTTP/1.1\r\nSpace : before the colon",
      "GET / HTTP/1.1\r\nFolded: a\r\n b",
      "GET / HTTP/1.1\r\nA: bare\nLine: feed",
      "GET / HTTP/1.1\r\nA: nul\0",
      "GET / HTTP/1.1\r\nHost: localhost\r",
      "GET / HTTP/1.1\r\nHost:\vlocalhost",
      "GET / HTTP/1.1\r\nHost\0: localhost",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b",
      "GET / HTTP/1.1\r\nHost: a\r\nhost: a",
      "GET / HTTP/1.1\r\nOrigin: a\r\nOrigin: b",
    ]
  ) assertEquals(parseHead(text), undefined, JSON.stringify(text));
});

test("parseHead() takes any text, in time that grows with its length", async (t) => {
  await holds(
    t,
    fc.property(
      fc.string({ unit: "binary", maxLength: 200 }),
      (text) => void parseHead(`GET / HTTP/1.1\r\n${text}`),
    ),
  );
  // Longer than any head: a backtracking pattern would not come back.
  for (const text of [" ".repeat(50_000), "\t ".repeat(25_000)]) {
    parseHead(`GET / HTTP/1.1\r\nA: ${text}b${text}\0`);
  }
});
