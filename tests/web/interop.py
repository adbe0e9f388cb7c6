"""A WebSocket of Python's `websockets`: interop.py URL. Says what it saw, one JSON a line."""
import asyncio, json, sys
import websockets


async def main(url):
    async with websockets.connect(url) as socket:
        await (await socket.ping(b"are you there"))
        stream = b"".join(bytes([len(body)]) + body for body in (b"hello", b"", b"x" * 255))
        await socket.send(stream[:3])
        await socket.send([stream[3:4], stream[4:100], stream[100:]])  # fragments
        received = b""
        while len(received) < len(stream):
            received += await socket.recv()
        print(json.dumps({"same": received == stream}), flush=True)
    print(json.dumps({"code": socket.close_code}), flush=True)
    async with websockets.connect(url) as socket:
        await socket.send("text")
        try:
            await socket.recv()
        except websockets.ConnectionClosed as closed:
            print(json.dumps({"code": closed.rcvd.code, "reason": closed.rcvd.reason}))


asyncio.run(main(sys.argv[1]))
