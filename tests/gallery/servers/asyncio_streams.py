#!/usr/bin/env python3
# Style: asyncio streams: a coroutine that reads and a task that writes for each client.
# Wakes: the coroutine that broadcasts sets the event of each idle client's task.
# Slow client: its messages wait in its deque, the newest 4,096 of them.
# Gives up: a queue entry for each message and client, in an interpreter on one core.
# Run: python3 asyncio_streams.py 127.0.0.1:8080
import asyncio
import sys
from collections import deque

CAPACITY = 4096  # messages that may wait for a client
BUFFER = 16 * 1024  # bytes that are read ahead
GONE = (ConnectionError, TimeoutError, asyncio.IncompleteReadError)


class Client:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.waiting: deque[bytes] = deque(maxlen=CAPACITY)  # drops the oldest
        self.wake = asyncio.Event()
        self.ended = False

    def send(self, message: bytes) -> None:
        self.waiting.append(message)
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
    try:
        while True:
            header = await reader.readexactly(1)
            message = header + await reader.readexactly(header[0])
            for each in clients:
                each.send(message)
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
