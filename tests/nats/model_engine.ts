/**
 * A model of one node's link to an engine. Publishes wait on their way until they are
 * delivered, and so do acknowledgements; the link is cut and mended.
 */
import type {
  Acknowledgement,
  Engine,
  Entry,
  StreamState,
} from "../../lib/nats/engine.ts";
import type { FakeRoomClock } from "./fake_room_clock.ts";
import type { ModelStream } from "./model_stream.ts";

/** A publish on its way to the stream. */
interface Sent {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly id: string;
  readonly answer: PromiseWithResolvers<Acknowledgement>;
}

/** How long an acknowledgement may take, in milliseconds. */
const TIMEOUT = 2000;

/** One node's link to the stream. */
export class ModelEngine implements Engine {
  readonly #stream: ModelStream;
  readonly #clock: FakeRoomClock;
  #isUp = true;
  #isClosed = false;
  #linkChanged = Promise.withResolvers<void>();
  /** On the way to the stream, oldest first. */
  #sent: Sent[] = [];
  /** Stored, and not acknowledged yet. */
  #answers: { sent: Sent; acknowledgement: Acknowledgement }[] = [];
  /** The last entry that was read. */
  lastRead = 0;

  constructor(stream: ModelStream, clock: FakeRoomClock) {
    this.#stream = stream;
    this.#clock = clock;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** How many publishes are on their way. */
  get onTheWay(): number {
    return this.#sent.length;
  }

  async *links(): AsyncGenerator<boolean> {
    for (let told: boolean | undefined; !this.#isClosed;) {
      if (told !== this.#isUp) yield told = this.#isUp;
      else await this.#linkChanged.promise;
    }
  }

  open(): Promise<StreamState> {
    if (!this.#isUp) return Promise.reject(new Error("cut"));
    this.#stream.make();
    return Promise.resolve(this.#stream.state);
  }

  publish(data: Uint8Array<ArrayBuffer>, id: string): Promise<Acknowledgement> {
    if (!this.#isUp) return Promise.reject(new Error("cut"));
    const answer = Promise.withResolvers<Acknowledgement>();
    this.#sent.push({ data, id, answer });
    this.#clock.setTimeout(
      () => answer.reject(new Error("timed out")),
      TIMEOUT,
    );
    return answer.promise;
  }

  async read(
    from: number,
    onEntry: (entry: Entry) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { created } = this.#stream.state;
    const aborted = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true })
    );
    for (let next = from; !signal.aborted && this.#isUp;) {
      if (!this.#stream.isThere || this.#stream.state.created !== created) {
        throw new Error("the stream is gone");
      }
      const entry = this.#stream.next(next);
      if (entry) {
        next = entry.seq + 1;
        this.lastRead = Math.max(this.lastRead, entry.seq);
        await onEntry(entry);
      } else {
        const { changed } = this.#stream;
        await Promise.race([changed, this.#linkChanged.promise, aborted]);
      }
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.cut("lost");
    this.#changeLink(false);
    return Promise.resolve();
  }

  /** Lets publishes arrive; their acknowledgements are on their way then. */
  deliver(count = Infinity): void {
    for (const sent of this.#sent.splice(0, count)) {
      const acknowledgement = this.#stream.store(sent.data, sent.id);
      if (acknowledgement) this.#answers.push({ sent, acknowledgement });
      else sent.answer.reject(new Error("no stream"));
    }
  }

  /** The engine refuses the next publish. */
  refuse(): void {
    this.#sent.shift()?.answer.reject(new Error("refused"));
  }

  /** Lets acknowledgements arrive, oldest first or newest first. */
  acknowledge(count = Infinity, reversed = false): void {
    const answers = this.#answers.splice(0, count);
    if (reversed) answers.reverse();
    for (const { sent, acknowledgement } of answers) {
      sent.answer.resolve(acknowledgement);
    }
  }

  /** Loses acknowledgements; they time out. */
  loseAnswers(count = Infinity): void {
    this.#answers.splice(0, count);
  }

  /** Cuts the link. What is on its way is lost, or arrives all the same, now or later. */
  cut(fate: "lost" | "now" | "later"): void {
    if (!this.#isUp) return;
    this.#changeLink(false);
    for (const { answer } of this.#sent) answer.reject(new Error("cut"));
    for (const { sent } of this.#answers) sent.answer.reject(new Error("cut"));
    this.#answers = [];
    if (fate === "lost") this.#sent = [];
    if (fate === "now") this.deliver();
  }

  mend(): void {
    if (!this.#isClosed) this.#changeLink(true);
  }

  #changeLink(isUp: boolean): void {
    this.#isUp = isUp;
    this.#linkChanged.resolve();
    this.#linkChanged = Promise.withResolvers();
  }
}
