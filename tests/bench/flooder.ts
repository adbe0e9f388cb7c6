/**
 * A client in a thread of its own that sends as fast as its socket takes it, and
 * reads what comes back. A worker: it is told the address, and ended from outside.
 */
import type { Address } from "../../lib/wire/address.ts";
import { HEADER, MAX_BODY } from "../../lib/wire/frame.ts";
import { writeAll } from "../../lib/wire/write_all.ts";

/** Messages of one write. */
const BATCH = 200;

const batch = new Uint8Array(BATCH * (HEADER + MAX_BODY));
for (let n = 0; n < BATCH; n++) batch[n * (HEADER + MAX_BODY)] = MAX_BODY;

addEventListener("message", async (event) => {
  const address: Address = (event as MessageEvent).data;
  const socket = await Deno.connect(address);
  const read = async () => {
    const scratch = new Uint8Array(256 * 1024);
    while (await socket.read(scratch) !== null);
  };
  const write = async () => {
    for (;;) await writeAll(socket, batch);
  };
  await Promise.all([read(), write()]);
});
