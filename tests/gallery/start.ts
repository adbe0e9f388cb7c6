/** Starts what was built: one process, or nodes with an engine of their own. */
import type { Server } from "../../lib/stresstest/target/server.ts";
import type { Target } from "../../lib/stresstest/target/target.ts";
import type { Stage } from "../bench/stage.ts";
import { NatsServer } from "../nats/nats_server.ts";
import type { Built } from "./build.ts";

/** Starts a server on the stage, has it played, and stops it. */
export function play<Result>(
  built: Built,
  stage: Stage,
  fn: (server: Server) => Promise<Result>,
): Promise<Result> {
  return withEngine(
    built,
    (target) => stage.play(target, fn, built.style.nodes),
  );
}

/** Gives nodes an engine, whose address is one of their arguments. */
export async function withEngine<Result>(
  { style, target }: Built,
  fn: (target: Target) => Promise<Result>,
): Promise<Result> {
  if (!style.nodes) return await fn(target);
  await using engine = await NatsServer.start();
  const command = target.command!.map((word) =>
    word === "ENGINE" ? engine.url : word
  );
  return await fn({ ...target, command });
}
