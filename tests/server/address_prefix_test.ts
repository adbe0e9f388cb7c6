import { assertEquals } from "@std/assert";
import { addressPrefix } from "../../lib/server/address_prefix.ts";
import { inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";

function network(hostname: string): string | undefined {
  return addressPrefix({ transport: "tcp", hostname, port: 1 });
}

const NETWORKS: [string, string][] = [
  ["127.0.0.1", "127.0.0.1"],
  ["::ffff:127.0.0.1", "127.0.0.1"],
  ["::FFFF:203.0.113.7", "203.0.113.7"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["2001:db8::", "2001:db8:0:0::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8::ffff:1:2:3", "2001:db8:0:0::/64"],
  ["2001:db8:0:1::1", "2001:db8:0:1::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["::2:3:4:5:6:7:8", "0:2:3:4::/64"],
  ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
  ["1::3:4:5:6:7:8", "1:0:3:4::/64"],
  ["fe80::1", "fe80:0:0:0::/64"],
];

test("addressPrefix() is the IPv4 address, in either form, or the /64 of an IPv6 address", () => {
  for (const [hostname, expected] of NETWORKS) {
    assertEquals(network(hostname), expected, hostname);
  }
});

test("addressPrefix() is the same for addresses as the system writes them", async () => {
  for (const [listening, connecting] of [["::", "127.0.0.1"], ["::", "::1"]]) {
    using listener = Deno.listen({ hostname: listening!, port: 0 });
    const { port } = listener.addr;
    using _client = await Deno.connect({ hostname: connecting!, port });
    using accepted = await inTime(listener.accept(), "a client");
    assertEquals(addressPrefix(accepted.remoteAddr), network(connecting!));
  }
});

test("addressPrefix() is nothing where clients have no addresses", () => {
  assertEquals(
    addressPrefix({ transport: "unix", path: "/run/chat" }),
    undefined,
  );
  assertEquals(
    addressPrefix({ transport: "vsock", cid: 3, port: 1 }),
    undefined,
  );
});
