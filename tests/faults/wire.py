"""A bad wire: wire.py DEVICE DEVICE makes two network devices and carries packets
between them, some late, some twice, and some never. Ends with its standard input."""
import fcntl, heapq, os, random, select, struct, sys, time

LOST, TWICE, LATE = 0.02, 0.01, 0.1  # shares of all packets
DELAY, LATENESS = 0.001, 0.004  # seconds
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def device(name):
    end = os.open("/dev/net/tun", os.O_RDWR)
    flags = IFF_TUN | IFF_NO_PI
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", name.encode(), flags))
    return end


one, other = (device(name) for name in sys.argv[1:3])
print("ready", flush=True)
on_the_way, sent = [], 0
while True:
    rest = on_the_way[0][0] - time.monotonic() if on_the_way else None
    ready, _, _ = select.select([one, other, 0], [], [], rest and max(rest, 0))
    if 0 in ready:
        break
    for end in ready:
        packet = os.read(end, 65536)
        if random.random() < LOST:
            continue
        for _ in range(2 if random.random() < TWICE else 1):
            late = LATENESS if random.random() < LATE else 0
            due = time.monotonic() + DELAY + late
            sent += 1
            heapq.heappush(on_the_way, (due, sent, other if end == one else one, packet))
    while on_the_way and on_the_way[0][0] <= time.monotonic():
        _, _, end, packet = heapq.heappop(on_the_way)
        try:
            os.write(end, packet)
        except OSError:  # the device is down: so the packet is lost
            pass
