/** What this machine has to inject faults with; each answers why not, if not. */

/** Words that are run; what they print, or `undefined` if they cannot be run. */
function ask(program: string, ...args: string[]): string | undefined {
  try {
    const { success, stdout } = new Deno.Command(program, {
      args,
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Why a process cannot have `count` connections. */
export function noDescriptors(count: number): string | undefined {
  const limit = ask("sh", "-c", "ulimit -Hn");
  const spare = 100;
  return limit === "unlimited" || Number(limit) >= count + spare
    ? undefined
    : `${limit} descriptors are not enough for ${count} clients`;
}

const LIBFAKETIME = ask("faketime", "-f", "+0", "printenv", "LD_PRELOAD");
const CLOCK = `/tmp/zillions-clock-${Deno.pid}`;

/** A wall clock that jumps when told, for a process started with these words. */
export const fakeClock = {
  words: [
    "env",
    `LD_PRELOAD=${LIBFAKETIME}`,
    `FAKETIME_TIMESTAMP_FILE=${CLOCK}`,
    "FAKETIME_NO_CACHE=1",
    "FAKETIME_DONT_FAKE_MONOTONIC=1",
  ],
  set: (offset: string) => Deno.writeTextFile(CLOCK, offset),
  remove: () => Deno.remove(CLOCK),
};

/** Why the clock of a process cannot be made to jump. */
export function noFakeClock(): string | undefined {
  return LIBFAKETIME ? undefined : "no libfaketime";
}

/** Why there can be no hosts of ours on this machine. */
export function noHosts(): string | undefined {
  if (Deno.build.os !== "linux") return "not Linux";
  if (Deno.uid() !== 0) return "not root";
  const name = `zillions-${Deno.pid}`;
  if (ask("ip", "netns", "add", name) === undefined) return "no ip netns";
  ask("ip", "netns", "del", name);
  return ask("tc", "-V") ? undefined : "no tc";
}

/** Why there can be no disk of our own. */
export function noDisk(): string | undefined {
  if (Deno.build.os !== "linux") return "not Linux";
  if (Deno.uid() !== 0) return "not root";
  const folder = Deno.makeTempDirSync();
  try {
    const answer = ask(
      "mount",
      "-t",
      "tmpfs",
      "-o",
      "size=64k",
      "none",
      folder,
    );
    if (answer === undefined) return "no mount";
    ask("umount", folder);
    return undefined;
  } finally {
    Deno.removeSync(folder);
  }
}

/** Why there can be no bad wire. */
export function noWire(): string | undefined {
  if (ask("python3", "-V") === undefined) return "no python3";
  return ask("test", "-c", "/dev/net/tun") === undefined
    ? "no /dev/net/tun"
    : undefined;
}
