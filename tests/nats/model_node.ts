/** A node on a model stream, and what came of it. */
import { assertEquals } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import type { Engine } from "../../lib/nats/engine.ts";
import { Room, type RoomEvent } from "../../lib/nats/room.ts";
import { encode } from "../../lib/wire/frame.ts";
import { macrotask } from "../support/jitter.ts";
import type { FakeRoomClock } from "./fake_room_clock.ts";
import { ModelEngine } from "./model_engine.ts";
import type { ModelStream } from "./model_stream.ts";

/** A room and its hub. */
export class ModelNode implements AsyncDisposable {
  readonly engine: ModelEngine;
  readonly hub = new Hub();
  readonly room: Room;
  readonly events: RoomEvent[] = [];
  readonly errors: unknown[] = [];
  readonly #channel = this.hub.subscribe();
  readonly #clock: FakeRoomClock;

  /** @param wrap Puts something between the room and its engine. */
  constructor(
    stream: ModelStream,
    clock: FakeRoomClock,
    wrap: (engine: Engine) => Engine = (engine) => engine,
  ) {
    this.#clock = clock;
    this.engine = new ModelEngine(stream, clock);
    this.room = new Room({
      hub: this.hub,
      engine: wrap(this.engine),
      clock,
      onEvent: (event) => this.events.push(event),
      onError: (error) => this.errors.push(error),
    });
  }

  static async join(
    stream: ModelStream,
    clock: FakeRoomClock,
  ): Promise<ModelNode> {
    const node = new ModelNode(stream, clock);
    await node.start();
    return node;
  }

  /** Joins, and lets everything arrive. */
  async start(): Promise<void> {
    const started = this.room.start();
    await this.settle();
    assertEquals(await started, "joined");
  }

  /** Publishes a text as a message. */
  say(text: string): void | Promise<void> {
    return this.room.publish({ bytes: encode(text), count: 1 });
  }

  /** Lets everything arrive. */
  async settle(): Promise<void> {
    for (let n = 0; n < 4; n++) {
      this.engine.deliver();
      this.engine.acknowledge();
      await macrotask();
      this.#clock.pass(1);
    }
  }

  /** What a subscriber of the hub has got since it was last asked; each is valid until the next. */
  async *heard(): AsyncGenerator<Uint8Array> {
    while (this.#channel.lag > 0) {
      const { value } = await this.#channel.next();
      yield value!.bytes;
    }
  }

  /** The same as text, without headers. */
  async heardText(): Promise<string> {
    let text = "";
    for await (const run of this.heard()) text += new TextDecoder().decode(run);
    return text.replaceAll(/\p{Cc}/gu, "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.room.close();
    assertEquals(this.errors, []);
  }
}
