#!/usr/bin/env python3
# Style: asyncio streams: a coroutine that reads and a task that writes for each client.
# Wakes: the coroutine that broadcasts sets the event of each idle client's task.
# Slow client: runs of messages wait in its deque, the newest 1,024 of them.
# Gives up: a queue entry for each run and client, in an interpreter on one core.
# Run: python3 asyncio_streams.py 127.0.0.1:8080
import asyncio
import sys
from collections import deque

CAPACITY = 1024  # runs that may wait for a client
BUFFER = 16 * 1024  # bytes of a read, and so of a run
GONE = (ConnectionError, TimeoutError)


class Client:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.waiting: deque[bytes] = deque(maxlen=CAPACITY)  # drops the oldest
        self.wake = asyncio.Event()
        self.ended = False

    def send(self, run: bytes) -> None:
        self.waiting.append(run)
        self.wake.set()

    async def write(self) -> None:
        """Writes what comes until the end; all that waits goes out at once."""
        while self.waiting or not self.ended:
            await self.wake.wait()
            self.wake.clear()
            data = b"".join(self.waiting)
            self.waiting.clear()
            self.writer.write(data)
            await self.writer.drain()


clients: set[Client] = set()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    client = Client(writer)
    clients.add(client)
    writing = asyncio.create_task(client.write())
    begun = b""
    try:
        while data := await reader.read(BUFFER):
            begun += data
            at = 0
            while at < len(begun) and (end := at + 1 + begun[at]) <= len(begun):
                at = end
            run, begun = begun[:at], begun[at:]
            if run:
                for each in clients:
                    each.send(run)
    except GONE:
        pass
    clients.discard(client)
    client.ended = True
    client.wake.set()
    try:
        await writing
        writer.close()
        await writer.wait_closed()
    except GONE:
        writer.close()


async def main(address: str) -> None:
    host, _, port = address.rpartition(":")
    server = await asyncio.start_server(
        serve, host.strip("[]"), int(port), backlog=4096, limit=BUFFER
    )
    host, port = server.sockets[0].getsockname()[:2]
    print("listening on", f"[{host}]:{port}" if ":" in host else f"{host}:{port}", flush=True)
    await server.serve_forever()


asyncio.run(main(sys.argv[1]))
