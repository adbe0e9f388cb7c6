/** A node on a real engine, with a monitor; the link to the engine can be cut. */
import { Hub } from "../../lib/hub/hub.ts";
import { type Monitor, serveMonitor } from "../../lib/monitor/serve_monitor.ts";
import { joinRoom, type Room } from "../../lib/nats/mod.ts";
import { serve, type Server } from "../../lib/server/serve.ts";
import { Proxy } from "../faults/nodes/proxy.ts";
import { NatsServer } from "../nats/nats_server.ts";
import { eventually, inTime } from "../support/eventually.ts";

/** Where the default room's messages are in the engine. */
const [STREAM, SUBJECT] = ["ZILLIONS_lobby", "zillions.lobby"];

/** A server that is a node of a room. */
export class MonitoredNode implements AsyncDisposable {
  private constructor(
    readonly engine: NatsServer,
    readonly link: Proxy,
    readonly room: Room,
    readonly server: Server,
    readonly monitor: Monitor,
  ) {}

  static async start(): Promise<MonitoredNode> {
    await using stack = new AsyncDisposableStack();
    const engine = stack.use(await NatsServer.start());
    await engine.request( // as a room makes it, nothing could be deleted
      `$JS.API.STREAM.CREATE.${STREAM}`,
      JSON.stringify({ name: STREAM, subjects: [SUBJECT] }),
    );
    const link = stack.use(new Proxy(engine.port));
    const hub = new Hub();
    const room = stack.use(await joinRoom(hub, link.url));
    const server = stack.use(serve({ hub, port: 0, publisher: room }));
    const monitor = await serveMonitor(server, { port: 0, room });
    stack.move();
    return new MonitoredNode(engine, link, room, server, monitor);
  }

  /** Cuts the link, or lets it through again, and waits until the room knows. */
  async reach(isReached: boolean): Promise<void> {
    this.link.behaviour = isReached ? "pass" : "refuse";
    await eventually(
      `the engine to be ${isReached ? "up" : "away"}`,
      () => this.room.stats(),
      ({ engineUp }) => engineUp === isReached,
    );
  }

  /** While the link is cut, something comes and goes that the room never reads. */
  async makeGap(): Promise<void> {
    for (let n = 0; n < 2; n++) await this.engine.request(SUBJECT, "x");
    const { state } = JSON.parse(
      await this.engine.request(`$JS.API.STREAM.INFO.${STREAM}`),
    );
    await this.engine.request(
      `$JS.API.STREAM.MSG.DELETE.${STREAM}`,
      JSON.stringify({ seq: state.last_seq }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await inTime(this.monitor.finished, "the monitor to end");
    await this.room[Symbol.asyncDispose]();
    this.link[Symbol.dispose]();
    await this.engine[Symbol.asyncDispose]();
  }
}
