/**
 * A chat server as one would write it with `ws`: each message is sent to each client by
 * itself. Publishers come by TCP, as to the servers beside it, and those who only receive
 * by WebSocket: `ws.ts WEB_ADDRESS ADDRESS`.
 */
// deno-lint-ignore-file no-console -- it says that it is ready
import { createServer } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { WebSocketServer } from "ws";
import { parseAddress } from "../../../lib/wire/address.ts";

/** Bytes that may wait for a client: what is new is left out for one with more. */
const MOST_WAITING = 1024 * 1024;

const [web, tcp] = Deno.args.map(parseAddress);
const http = createServer();
const webSockets = new WebSocketServer({
  server: http,
  perMessageDeflate: false,
}).clients;

const sockets = new Set<Socket>();

const server = createTcpServer({ noDelay: true }, (socket) => {
  let rest = new Uint8Array();
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("data", (data: Uint8Array) => {
    const bytes = new Uint8Array(rest.length + data.length);
    bytes.set(rest);
    bytes.set(data, rest.length);
    let at = 0;
    for (let next; (next = at + 1 + bytes[at]!) <= bytes.length; at = next) {
      const message = bytes.subarray(at, next);
      for (const client of webSockets) {
        if (client.bufferedAmount < MOST_WAITING) client.send(message);
      }
      for (const socket of sockets) {
        if (socket.writableLength < MOST_WAITING) socket.write(message);
      }
    }
    rest = bytes.slice(at);
  });
  socket.on("error", () => {}); // the client is gone
});
http.listen(web!.port, web!.hostname, () => {
  server.listen(tcp!.port, tcp!.hostname, () => {
    console.log(`listening on ${Deno.args[1]}`);
  });
});
