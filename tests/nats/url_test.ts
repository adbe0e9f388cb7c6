import { assertEquals, assertThrows } from "@std/assert";
import { parseNatsUrls } from "../../lib/nats/url.ts";
import { test } from "../support/test.ts";

const READ: [string, Record<string, unknown>][] = [
  ["nats://127.0.0.1:4222", { servers: ["127.0.0.1:4222"], tls: false }],
  ["nats://engine", { servers: ["engine:4222"], tls: false }],
  ["nats://engine:80", { servers: ["engine:80"], tls: false }],
  ["tls://[::1]:9", { servers: ["[::1]:9"], tls: true }],
  ["nats://token@a", { servers: ["a:4222"], tls: false, token: "token" }],
  [
    "nats://ann:p%40ss@a:1,nats://b:2",
    { servers: ["a:1", "b:2"], tls: false, user: "ann", pass: "p@ss" },
  ],
  [
    "nats://ann:a:b@a:1,nats://ann:a:b@b:2",
    { servers: ["a:1", "b:2"], tls: false, user: "ann", pass: "a:b" },
  ],
  ["nats://ann:@a", { servers: ["a:4222"], tls: false, user: "ann", pass: "" }],
];

for (const [text, expected] of READ) {
  test(`parseNatsUrls() reads ${text}`, () => {
    assertEquals<unknown>(parseNatsUrls(text), expected);
  });
}

const REFUSED = [
  "",
  "engine:4222",
  "http://secret@engine",
  "nats://",
  "nats://secret@",
  "nats://secret@a/path",
  "nats://secret@a?b",
  "nats://secret@a:99999",
  "nats://secret@a b",
  "nats://ann:secret%@a",
  "nats://a,tls://b",
  "nats://ann:secret@a,nats://bob:secret@b",
  "nats://a,",
];

for (const text of REFUSED) {
  test(`parseNatsUrls() refuses "${text}", and does not repeat what is secret`, () => {
    const { message } = assertThrows(() => parseNatsUrls(text), TypeError);
    assertEquals(message.includes("secret"), false, message);
    assertEquals(message.startsWith("Cannot read the NATS URL"), true, message);
  });
}
