import { assertEquals, assertRejects } from "@std/assert";
import { SocketTransport } from "../../lib/server/transport.ts";
import { FakeSocket } from "../support/socket.ts";
import { test } from "../support/test.ts";

/** A socket of TCP, which can be configured. */
class TcpSocket extends FakeSocket {
  readonly configured: [string, boolean | undefined][] = [];

  setNoDelay(on?: boolean): void {
    this.configured.push(["setNoDelay", on]);
  }

  setKeepAlive(on?: boolean): void {
    this.configured.push(["setKeepAlive", on]);
  }
}

test("SocketTransport has small messages sent at once, and notices a machine that is gone", () => {
  const socket = new TcpSocket();
  new SocketTransport(socket.conn);
  assertEquals(socket.configured, [["setNoDelay", true], [
    "setKeepAlive",
    true,
  ]]);
});

test("SocketTransport takes a socket that cannot be configured, as those of TLS", () => {
  const socket = new FakeSocket();
  const transport = new SocketTransport(socket.conn);
  assertEquals(transport.remoteAddr, socket.remoteAddr);
  transport.close();
  assertEquals(socket.closed, true);
});

test("SocketTransport.closeWrite() settles as the socket's does", async () => {
  const socket = new FakeSocket();
  const transport = new SocketTransport(socket.conn);
  await transport.closeWrite();
  assertEquals(socket.writeClosed, true);
  const error = new Deno.errors.BrokenPipe("gone");
  socket.closeWrite = () => Promise.reject(error);
  await assertRejects(() => transport.closeWrite(), Deno.errors.BrokenPipe);
});
