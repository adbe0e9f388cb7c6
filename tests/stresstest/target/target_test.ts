import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { formatNodeAddress } from "../../../lib/stresstest/target/connect.ts";
import { parseTargets } from "../../../lib/stresstest/target/target.ts";
import { test } from "../../support/test.ts";

test("parseTargets() distinguishes addresses, paths and commands", () => {
  const path = fileURLToPath(import.meta.url);
  const found = parseTargets([
    "127.0.0.1:9000",
    path,
    "deno run -A 'my server.ts' --fast",
  ]);
  assertEquals(
    found.map(({ name, command, addresses }) => ({
      name,
      command,
      addresses,
    })),
    [
      {
        name: "127.0.0.1:9000",
        command: undefined,
        addresses: [{ transport: "tcp", hostname: "127.0.0.1", port: 9000 }],
      },
      { name: "target_test.ts", command: [path], addresses: undefined },
      {
        name: "my server.ts",
        command: ["deno", "run", "-A", "my server.ts", "--fast"],
        addresses: undefined,
      },
    ],
  );
});

test("parseTargets() takes TLS, Unix sockets and WebSockets, and several addresses of one server", () => {
  const found = parseTargets([
    "ws://[::1]/ws",
    "tls://localhost:9000,wss://localhost/ws",
    "unix:/run/server",
    "unix:",
    "127.0.0.1:9000,server",
  ]);
  assertEquals(found.map(({ addresses }) => addresses), [
    [{ transport: "websocket", url: "ws://[::1]/ws" }],
    [
      { transport: "tls", hostname: "localhost", port: 9000 },
      { transport: "websocket", url: "wss://localhost/ws" },
    ],
    [{ transport: "unix", path: "/run/server" }],
    undefined,
    undefined,
  ]);
  assertEquals(found.map(({ name }) => name).slice(0, 3), [
    "ws://[::1]/ws",
    "tls://localhost:9000 + 1",
    "unix:/run/server",
  ]);
});

test("parseTargets() names are short and say what is run", () => {
  const names: [text: string, name: string][] = [
    ["./zillions", "zillions"],
    ["./zillions --web 80", "zillions"],
    ["deno run -A lib/main.ts", "main.ts"],
    ["deno run -A lib/main.ts fast", "main.ts fast"],
    ["sleep 30", "sleep 30"],
    ["sleep 0.5", "sleep 0.5"],
    ["sh -c 'cd somewhere && exec ./a-server $0'", "a-server $0"],
    ["some/folder/", "folder"],
    ["/", "/"],
    ["-", "-"],
    ["", ""],
    [`./${"x".repeat(100)}`, `${"x".repeat(23)}…`],
  ];
  for (const [text, name] of names) {
    assertEquals(parseTargets([text])[0]!.name, name);
  }
});

test("parseTargets() takes a name before the command", () => {
  const found = parseTargets([
    "new=deno run --x=1 main.ts",
    "old=127.0.0.1:80",
    "./a=b",
    "deno run --x=1",
    `${"y".repeat(30)}=x`,
  ]);
  assertEquals(found.map(({ name, text }) => [name, text]), [
    ["new", "deno run --x=1 main.ts"],
    ["old", "127.0.0.1:80"],
    ["a=b", "./a=b"],
    ["deno run --x=1", "deno run --x=1"],
    [`${"y".repeat(23)}…`, "x"],
  ]);
  assertEquals(found[1]!.addresses, [
    { transport: "tcp", hostname: "127.0.0.1", port: 80 },
  ]);
});

test("parseTargets() names are unique", () => {
  const names = parseTargets(["a/server", "b/server", "other"]).map((
    { name },
  ) => name);
  assertEquals(names, ["server (1)", "server (2)", "other"]);
});

test("parseTargets() reads several addresses as one server", () => {
  const [found, command] = parseTargets([
    "127.0.0.1:9000,[::1]:9001,127.0.0.1:9002",
    "127.0.0.1:9000,other",
  ]);
  assertEquals(found!.name, "127.0.0.1:9000 + 2");
  assertEquals(
    found!.addresses?.map(formatNodeAddress),
    ["127.0.0.1:9000", "[::1]:9001", "127.0.0.1:9002"],
  );
  assertEquals(command!.command, ["127.0.0.1:9000,other"]);
});
