/** A disk of a given size, which can be filled. Needs root. */

/** What it is filled with at a time. */
const BLOCK = new Uint8Array(64 * 1024);

/** A file system of its own on a folder. */
export class SmallDisk implements Disposable {
  readonly #folder: string;

  constructor(folder: string, bytes: number) {
    this.#folder = folder;
    run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "none", folder);
  }

  /** Leaves no byte. */
  fill(): void {
    using file = Deno.openSync(this.#ballast, { write: true, create: true });
    try {
      for (;;) file.writeSync(BLOCK);
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOSPC") throw error;
    }
  }

  /** Gives back what was filled. */
  free(): void {
    Deno.removeSync(this.#ballast);
  }

  get #ballast(): string {
    return `${this.#folder}/ballast`;
  }

  [Symbol.dispose](): void {
    run("umount", "--lazy", this.#folder); // the engine still has files open
  }
}

function run(program: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(program, { args }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
