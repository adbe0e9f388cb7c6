import { assertEquals } from "@std/assert";
import { clientAddress } from "../../lib/web/forwarded.ts";
import { test } from "../support/test.ts";

const PROXIES = ["192.0.2.1", "192.0.2.2", "::1"];

test("clientAddress() believes proxies, the last entry first, and nobody else", () => {
  for (
    const [peer, forwarded, client] of [
      ["198.51.100.1", "", "198.51.100.1"],
      ["198.51.100.1", "10.0.0.1", "198.51.100.1"],
      ["::ffff:198.51.100.1", "", "198.51.100.1"],
      ["192.0.2.1", "", "192.0.2.1"],
      ["192.0.2.1", "198.51.100.1", "198.51.100.1"],
      ["::ffff:192.0.2.1", "198.51.100.1", "198.51.100.1"],
      ["::1", "2001:db8::1", "2001:db8::1"],
      // The client wrote the first entry, the proxy the second.
      ["192.0.2.1", "10.0.0.1, 198.51.100.1", "198.51.100.1"],
      ["192.0.2.1", "10.0.0.1, 198.51.100.1, 192.0.2.2", "198.51.100.1"],
      ["192.0.2.1", "10.0.0.1,192.0.2.2", "10.0.0.1"],
      ["192.0.2.1", "198.51.100.1, unknown", "192.0.2.1"],
      ["192.0.2.1", "evil\n", "192.0.2.1"],
    ] as const
  ) assertEquals(clientAddress(peer, forwarded, PROXIES), client, forwarded);
});
