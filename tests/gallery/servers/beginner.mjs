#!/usr/bin/env node
/**
 * Style: as one would first write it in Node: each message is written to each socket.
 * Wakes: the event loop calls back with what has arrived; nothing waits for "drain".
 * Slow client: 1 MiB waits in its socket's buffer; then it misses the newest.
 * Gives up: a system call for each message and client, and with it all headroom.
 */
// deno-lint-ignore-file no-console -- the specification asks for this line
import { createServer, isIPv6 } from "node:net";

/** Bytes that may wait for a client. */
const MOST_WAITING = 1024 * 1024;

const clients = new Set();

const server = createServer(
  { allowHalfOpen: true, noDelay: true },
  (socket) => {
    let rest = Buffer.alloc(0);
    clients.add(socket);
    socket.on("data", (data) => {
      rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
      while (rest.length > 0 && rest.length > rest[0]) {
        const message = rest.subarray(0, 1 + rest[0]);
        rest = rest.subarray(message.length);
        for (const client of clients) {
          if (client.writableLength < MOST_WAITING) client.write(message);
        }
      }
    });
    socket.on("end", () => {
      clients.delete(socket);
      socket.end();
    });
    socket.on("error", () => {}); // the client is gone, and "close" follows
    socket.on("close", () => clients.delete(socket));
  },
);

const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(process.argv[2]);
server.listen(Number(port), host, 4096, () => {
  const { address, port } = server.address();
  console.log(
    `listening on ${isIPv6(address) ? `[${address}]` : address}:${port}`,
  );
});
