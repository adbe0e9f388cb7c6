/** The configuration of nginx that the documentation has, under Debian's nginx. */
import { assert, assertEquals } from "@std/assert";
import { freeAddress, spawn } from "../support/command.ts";
import { eventually, inTime } from "../support/eventually.ts";
import { path } from "../support/script.ts";
import { CERT, KEY } from "../support/tls.ts";
import { test } from "../support/test.ts";
import { head, readAnswer, startWeb, WebPeer } from "../support/web.ts";

/** Debian's place for it, which is not on everybody's path. */
const NGINX = "/usr/sbin/nginx";

/** Whether it is there. */
const ignore = await Deno.stat(NGINX).then(() => false, () => true);

/** The block of the documentation that begins with this comment. */
async function documented(comment: string): Promise<string> {
  const text = await Deno.readTextFile(path("lib/web/README.md"));
  const start = text.indexOf(comment);
  assert(start >= 0, comment);
  return text.slice(start, text.indexOf("```", start));
}

/** nginx with the configuration for `port`, before a page at `pagePort`. */
async function startNginx(port: number, pagePort: number) {
  const folder = await Deno.makeTempDir({ prefix: "zillions-nginx-" });
  const chat = (await documented("# chat.conf"))
    .replace("listen 443", `listen 127.0.0.1:${port}`)
    .replace("127.0.0.1:8000", `127.0.0.1:${pagePort}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder};`).join("\n");
  const config = `daemon off; master_process off; pid ${folder}/pid;
    error_log stderr; events {} http { access_log off; ${temporary} ${chat} }`;
  await Deno.writeTextFile(`${folder}/nginx.conf`, config);
  await Deno.writeTextFile(`${folder}/cert.pem`, CERT);
  await Deno.writeTextFile(`${folder}/key.pem`, KEY);
  const child = spawn([NGINX, "-p", folder, "-c", `${folder}/nginx.conf`], {
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  const connect = () =>
    Deno.connectTls({ hostname: "localhost", port, caCerts: [CERT] });
  await eventually(
    "nginx to listen",
    () => connect().then((socket) => (socket.close(), true), () => false),
    Boolean,
  );
  return {
    connect,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await inTime(child.status, "nginx to end");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

test("nginx: TLS, a path of its own, and the clients' own addresses", {
  ignore,
}, async () => {
  const addresses: string[] = [];
  await using running = await startWeb({
    onEvent: ({ remoteAddr }) =>
      addresses.push((remoteAddr as Deno.NetAddr).hostname),
  }, { proxies: ["127.0.0.1"] });
  const address = { ...freeAddress(), hostname: "localhost" };
  await using nginx = await startNginx(address.port, running.web.addr.port);
  const socket = await nginx.connect();
  const text = head("/chat/", address, { Connection: "close" });
  await socket.write(new TextEncoder().encode(text));
  const answer = await readAnswer(socket);
  assertEquals([answer.status, answer.body], [200, "<p>a page"]);

  const Origin = `https://localhost:${address.port}`;
  using peer = await WebPeer.open(await nginx.connect(), "/chat/ws", address, {
    Origin,
    "X-Forwarded-For": "192.0.2.1",
  });
  assertEquals(peer.answer.status, 101);
  await peer.say("hello");
  assertEquals(await peer.hear(), "hello");
  // nginx adds 127.0.0.1, which is a known proxy, so the entry before it counts.
  assertEquals(addresses, ["192.0.2.1"]);
});
