import { assertEquals } from "@std/assert";
import { checkHost } from "../../lib/http/host.ts";
import { parseHead } from "../../lib/http/request.ts";
import { test } from "../support/test.ts";

function status(host: string, hosts: string[] = []): number | undefined {
  const head = parseHead(`GET / HTTP/1.1\r\nHost: ${host}`)!;
  return checkHost(head, hosts)?.status;
}

test("checkHost() knows IP addresses and localhost, with any port", () => {
  for (
    const name of ["127.0.0.1", "192.0.2.1", "[::1]", "localhost", "LOCALHOST"]
  ) {
    assertEquals(status(name), undefined, name);
    assertEquals(status(`${name}:8000`), undefined, name);
  }
});

test("checkHost() refuses names that it was not given", () => {
  for (
    const name of [
      ...["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"],
      ...["1.2.3", "localhost."],
    ]
  ) assertEquals(status(name, ["chat.example"]), 403, name);
  assertEquals(status("Chat.example:443", ["chat.example"]), undefined);
});

test("checkHost() refuses what is no host", () => {
  for (
    const name of ["", "a b", "user@127.0.0.1", "127.0.0.1/a", "[::1", "a:b"]
  ) {
    assertEquals(status(name, [name]), 400, name);
  }
  assertEquals(checkHost(parseHead("GET / HTTP/1.1")!, [])?.status, 400);
});
