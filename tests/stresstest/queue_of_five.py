#!/usr/bin/env python3
"""A server of the specification in another language, to compare with: as in its
reference implementations, each client has a queue of five messages, and loses
the newest when it is full."""
import asyncio
import sys


async def serve(reader, writer):
    queue = asyncio.Queue(5)
    queues.add(queue)

    async def write():
        while True:
            writer.write(await queue.get())
            await writer.drain()

    writing = asyncio.create_task(write())
    try:
        while True:
            header = await reader.readexactly(1)
            frame = header + await reader.readexactly(header[0])
            for each in queues:
                if not each.full():
                    each.put_nowait(frame)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        queues.discard(queue)
        writing.cancel()
        writer.close()


async def main():
    host, port = sys.argv[1].rsplit(":", 1)
    server = await asyncio.start_server(serve, host.strip("[]"), int(port))
    port = server.sockets[0].getsockname()[1]
    print(f"listening on {host}:{port}", flush=True)
    await server.serve_forever()


queues = set()
asyncio.run(main())
