/**
 * The publisher: where a server's connections bring what clients send. By default
 * that is the hub. An engine between several servers is another publisher.
 *
 * @module
 */
import type { Hub } from "../hub/hub.ts";
import { leadingRun } from "../wire/frame.ts";
import type { Run } from "../wire/run.ts";

/** Takes clients' messages and has them broadcast. */
export interface Publisher {
  /**
   * Takes a run of whole frames, 64 KiB at most. Its bytes are valid until the
   * returned promise settles: copy what should last longer, or transfer their
   * buffer. Until then the server reads no more from this client: that is the
   * backpressure.
   *
   * If it throws, the client is disconnected (`failed`) and `onError` is called.
   */
  publish(run: Run): void | Promise<void>;
  /**
   * Resolves when everything taken so far has been broadcast or given up. Leave it
   * out where `publish` broadcasts at once. A client that ends its sending side is
   * kept until then, so that it receives the last of its own messages.
   */
  flush?(): Promise<void>;
}

/**
 * The largest part of a hub's capacity that one broadcast may fill, so that a
 * subscriber which is still busy with the one before loses nothing.
 */
const LARGEST_PART = 1 / 4;

/**
 * Broadcasts on a hub, and lets clients send more when the hub is ready for it. A
 * run that is large for the hub is broadcast in parts. What comes when the hub is
 * closed has nobody to go to, and is dropped.
 */
export class HubPublisher implements Publisher {
  readonly #hub: Hub;
  /** Settled when no run has a part that is still to be broadcast. */
  #unfinished: Promise<unknown> = Promise.resolve();

  /** Makes a publisher for `hub`. */
  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Broadcasts a run; resolves when the hub is ready for more. */
  publish({ bytes, count }: Run): Promise<void> {
    if (bytes.length > LARGEST_PART * this.#hub.capacity) {
      return this.#publishLarge(bytes);
    }
    this.#broadcast(bytes, count);
    return this.#hub.ready();
  }

  /** Resolves when no part of a large run is left. */
  async flush(): Promise<void> {
    await this.#unfinished;
  }

  #publishLarge(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const publishing = this.#publishParts(bytes);
    this.#unfinished = Promise.allSettled([this.#unfinished, publishing]);
    return publishing;
  }

  async #publishParts(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const largest = LARGEST_PART * this.#hub.capacity;
    for (let rest = bytes; rest.length > 0;) {
      const part = leadingRun(rest.subarray(0, largest));
      this.#broadcast(part.bytes, part.count);
      rest = rest.subarray(part.bytes.length);
      await this.#hub.ready();
    }
  }

  #broadcast(bytes: Uint8Array, count: number): void {
    if (!this.#hub.closed) this.#hub.broadcast(bytes, count);
  }
}
