/** Prometheus' own tool, which judges metrics. */
import { spawn } from "../support/command.ts";
import { inTime } from "../support/eventually.ts";

/** Whether it is on PATH. */
export const hasPromtool = await new Deno.Command("promtool", {
  args: ["--version"],
}).output().then(({ success }) => success, () => false);

/** What it says of a text: its exit status, and why. */
export async function lint(text: string): Promise<string> {
  const child = spawn(["promtool", "check", "metrics"], {
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout, stderr } = await inTime(child.output(), "promtool");
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return `${code}${said.join("")}`;
}
