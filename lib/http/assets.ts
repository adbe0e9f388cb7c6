/**
 * Assets: the files of a page, served from memory.
 *
 * @module
 */
import type { Answer, Refusal } from "./answer.ts";
import type { RequestHead } from "./request.ts";

/** One file of a page. */
export interface Asset {
  /** Its media type. */
  readonly type: string;
  /** Its text. */
  readonly body: string;
}

/** The files of a page, by their paths from the page on; the empty one is the page itself. */
export type Assets = Readonly<Record<string, Asset>>;

/** The answers with the files of a page. */
export type AssetAnswers = ReadonlyMap<string, Answer>;

/** Prepares the answers. A browser keeps a file, and asks each time whether it changed. */
export async function prepareAssets(assets: Assets): Promise<AssetAnswers> {
  const answers = new Map<string, Answer>();
  for (const [path, { type, body }] of Object.entries(assets)) {
    const bytes = new TextEncoder().encode(body);
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    const headers = {
      "Content-Type": type,
      "Cache-Control": "no-cache",
      "ETag": `"${new Uint8Array(digest).toHex().slice(0, 32)}"`,
    };
    answers.set(`/${path}`, { status: 200, headers, body: bytes });
  }
  return answers;
}

/** The answer with a file, or that the browser has it already, or that there is none. */
export function assetAnswer(
  answers: AssetAnswers,
  request: RequestHead,
): Answer | Refusal {
  const { path, headers } = request;
  const answer = answers.get(path);
  if (!answer) {
    return { reason: "path", status: 404, text: "there is nothing here" };
  }
  const refusal = checkMethod(request);
  if (refusal) return refusal;
  return headers.get("if-none-match")?.includes(answer.headers["ETag"]!)
    ? { ...answer, status: 304, body: "" }
    : answer;
}

/** Refuses a request that would change something. */
export function checkMethod({ method }: RequestHead): Refusal | undefined {
  if (method === "GET" || method === "HEAD") return undefined;
  return {
    reason: "method",
    status: 405,
    text: "this server answers GET and HEAD",
    headers: { Allow: "GET, HEAD" },
  };
}
