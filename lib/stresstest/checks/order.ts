/**
 * The check for one order: is there a single sequence of all messages, with each
 * sender's messages in the order sent, of which every client received a subsequence?
 * The ledger adds each delivery and asks once, at the end of a run.
 *
 * A delivery says "this client received A, then B": an edge from A to B. One order
 * exists exactly when these edges, together with the senders' own (each message
 * before the sender's next), have no cycle. Nearly every delivery repeats a known
 * edge, which costs one lookup and no memory.
 *
 * @module
 */

/** How many known edges are followed to find that a new edge is implied by them. */
const MAX_HOPS = 32;

/**
 * The most edges kept beside the first one of each message: 12 bytes each, 96 MiB.
 * Only a server that drops much, differently for each client, comes near this.
 */
export const MAX_EDGES = 8 * 1024 * 1024;

/** Room for this many edges is allocated at first; it doubles when it is full. */
const FIRST_EDGES = 1024;

const NONE = -1;

/** "This client received `before`, then `after`." */
export interface Edge {
  before: number;
  after: number;
  /** `undefined` if the edge is the sender's own order. */
  client: number | undefined;
}

/** A graph of what clients received. Messages are numbered `sequence * senders + sender`. */
export class Order {
  readonly #senders: number;
  readonly #maxEdges: number;
  /** By message: the nearest message that a client received right after it. */
  readonly #next: Int32Array;
  /** By message: the client that received `#next` right after it. */
  readonly #witness: Int32Array;
  /** All other edges, as triples: before, after, client. */
  #edges: Int32Array<ArrayBuffer> = new Int32Array(3 * FIRST_EDGES);
  #used = 0;
  /** Deliveries that were not added, because the memory for edges was full. */
  unchecked = 0;

  constructor(messages: number, senders: number, maxEdges = MAX_EDGES) {
    this.#senders = senders;
    this.#maxEdges = maxEdges;
    this.#next = new Int32Array(messages).fill(NONE);
    this.#witness = new Int32Array(messages);
  }

  /** Adds that `client` received `before`, then `after`. */
  add(client: number, before: number, after: number): void {
    const next = this.#next[before]!;
    if (next === after) return;
    if (next === NONE) {
      this.#next[before] = after;
      this.#witness[before] = client;
    } else if (!this.#precedes(next, after)) {
      if (this.#precedes(after, next)) {
        // The new edge and the known ones imply the old one.
        this.#next[before] = after;
        this.#witness[before] = client;
      } else {
        this.#keep(client, before, after);
      }
    }
  }

  /** A shortest cycle through one message, or `undefined` if there is none: then one order exists. */
  cycle(): Edge[] | undefined {
    const { from, to, client } = this.#graph();
    const count = this.#next.length;
    const incoming = new Int32Array(count);
    for (const after of to) incoming[after]!++;
    const free = new Int32Array(count);
    let freed = 0;
    for (let m = 0; m < count; m++) if (incoming[m] === 0) free[freed++] = m;
    for (let at = 0; at < freed; at++) {
      const m = free[at]!;
      for (let e = from[m]!; e < from[m + 1]!; e++) {
        if (--incoming[to[e]!]! === 0) free[freed++] = to[e]!;
      }
    }
    if (freed === count) return undefined;

    // The messages that are left are in a cycle or after one. Following edges
    // backwards ends in a cycle; the shortest cycle is searched from there.
    const behind = new Int32Array(count).fill(NONE);
    for (let m = 0; m < count; m++) {
      if (incoming[m] === 0) continue;
      for (let e = from[m]!; e < from[m + 1]!; e++) behind[to[e]!] = m;
    }
    const seen = new Uint8Array(count);
    let start = incoming.findIndex((n) => n > 0);
    while (!seen[start]) {
      seen[start] = 1;
      start = behind[start]!;
    }
    return this.#shortestCycle(start, from, to, client);
  }

  /** The edges by message: those from `m` are `to[from[m]]` up to `to[from[m + 1]]`. */
  #graph(): { from: Int32Array; to: Int32Array; client: Int32Array } {
    const count = this.#next.length;
    const from = new Int32Array(count + 1);
    this.#each((before) => from[before + 1]!++);
    for (let m = 0; m < count; m++) from[m + 1]! += from[m]!;
    const filled = from.slice();
    const to = new Int32Array(from[count]!);
    const client = new Int32Array(from[count]!);
    this.#each((before, after, by) => {
      const at = filled[before]!++;
      to[at] = after;
      client[at] = by;
    });
    return { from, to, client };
  }

  #each(visit: (before: number, after: number, client: number) => void): void {
    const count = this.#next.length;
    for (let m = 0; m < count; m++) {
      if (m + this.#senders < count) visit(m, m + this.#senders, NONE);
      if (this.#next[m] !== NONE) visit(m, this.#next[m]!, this.#witness[m]!);
    }
    for (let e = 0; e < this.#used; e += 3) {
      visit(this.#edges[e]!, this.#edges[e + 1]!, this.#edges[e + 2]!);
    }
  }

  /** The shortest path from `start` back to itself, by breadth-first search. */
  #shortestCycle(
    start: number,
    from: Int32Array,
    to: Int32Array,
    client: Int32Array,
  ): Edge[] {
    const edgeTo = new Map<number, Edge>();
    const queue = [start];
    for (
      let before;
      !edgeTo.has(start) && (before = queue.shift()) !== undefined;
    ) {
      for (let e = from[before]!; e < from[before + 1]!; e++) {
        const after = to[e]!;
        if (edgeTo.has(after)) continue;
        const by = client[e] === NONE ? undefined : client[e];
        edgeTo.set(after, { before, after, client: by });
        queue.push(after);
      }
    }
    const edges = [edgeTo.get(start)!];
    while (edges[0]!.before !== start) {
      edges.unshift(edgeTo.get(edges[0]!.before)!);
    }
    return edges;
  }

  /** Whether at most `MAX_HOPS` known edges lead from `before` to `after`. */
  #precedes(before: number, after: number): boolean {
    let at = before;
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      at = this.#next[at]!;
      if (at === after) return true;
      if (at === NONE) return false;
    }
    return false;
  }

  #keep(client: number, before: number, after: number): void {
    if (this.#used === this.#edges.length) {
      if (this.#used >= 3 * this.#maxEdges) {
        this.unchecked++;
        return;
      }
      const larger = new Int32Array(2 * this.#edges.length);
      larger.set(this.#edges);
      this.#edges = larger;
    }
    this.#edges[this.#used++] = before;
    this.#edges[this.#used++] = after;
    this.#edges[this.#used++] = client;
  }
}
