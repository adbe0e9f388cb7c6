/**
 * Outstanding messages: what this page has sent and not received yet. Messages have no
 * sender: the oldest outstanding one with the same body is taken for one's own. Bodies
 * are compared as bytes, because a flood is not decoded.
 *
 * @module
 */

/** More are not waited for: the server may drop messages, which never come then. */
const CAPACITY = 1000;

/** Messages that were sent, oldest first. */
export class Outstanding {
  #bodies: Uint8Array[] = [];

  get isEmpty(): boolean {
    return this.#bodies.length === 0;
  }

  add(body: Uint8Array): void {
    this.#bodies.push(body);
    if (this.#bodies.length > CAPACITY) this.#bodies.shift();
  }

  /** Whether a message that arrived is one of them; then it is waited for no more. */
  take(body: Uint8Array): boolean {
    const at = this.#bodies.findIndex((sent) => isEqual(sent, body));
    if (at >= 0) this.#bodies.splice(at, 1);
    return at >= 0;
  }

  /** The connection is lost: nobody knows which of them arrived. */
  clear(): void {
    this.#bodies = [];
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}
