// Reading over REST v1: the token in a header, taken anew once when it is refused.

import type { Tokens } from "./tokens.js";

/** unauthorised: ask for another token; missing: no such mission; unreachable: try again later. */
export type Trouble = "unauthorised" | "missing" | "unreachable";

export class ReadError extends Error {
  override name = "ReadError";
  constructor(
    readonly trouble: Trouble,
    message: string,
  ) {
    super(message);
  }
}

export interface Reader {
  tokens: Tokens;
  signal: AbortSignal;
  fetch?: typeof fetch;
}

/** The answer's JSON. Throws a ReadError, or the signal's AbortError. */
export async function readJson<T>(address: string, reader: Reader): Promise<T> {
  const token = await reader.tokens.take();
  let answer = await ask(address, token, reader);
  if (answer.status === 401) answer = await ask(address, await reader.tokens.renew(token), reader);
  if (!answer.ok) throw refusal(answer.status);
  try {
    return (await answer.json()) as T;
  } catch (error) {
    throw asReadError(error, "The answer could not be read.");
  }
}

async function ask(address: string, token: string | null, { signal, fetch: send = fetch }: Reader): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  try {
    return await send(address, { headers, signal, cache: "no-store", credentials: token ? "omit" : "same-origin" });
  } catch (error) {
    throw asReadError(error, `No answer from ${new URL(address).origin}, or it does not allow pages of this origin.`);
  }
}

function refusal(status: number): ReadError {
  if (status === 401) return new ReadError("unauthorised", "MissionScope does not accept this token.");
  if (status === 403) return new ReadError("unauthorised", "This token may not read missions.");
  if (status === 404) return new ReadError("missing", "There is no such mission.");
  if (status === 429) return new ReadError("unreachable", "MissionScope asks for a pause: too many requests.");
  return new ReadError("unreachable", `MissionScope answered ${status}.`);
}

function asReadError(error: unknown, message: string): unknown {
  const isAbort = error instanceof Error && error.name === "AbortError";
  return isAbort ? error : new ReadError("unreachable", message);
}
