import { assertEquals, assertThrows } from "@std/assert";
import { formatEndpoint, parseEndpoint } from "../../lib/client/endpoint.ts";
import { test } from "../support/test.ts";

test("formatEndpoint() writes what parseEndpoint() reads", () => {
  for (
    const text of ["127.0.0.1:80", "tls://[::1]:443", "unix:/a b,c", "unix:x"]
  ) assertEquals(formatEndpoint(parseEndpoint(text)), text);
  assertThrows(() => parseEndpoint("unix:"), TypeError, "no path");
  assertThrows(() => parseEndpoint("tls://host"), TypeError, "no port");
});
