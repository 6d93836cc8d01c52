// What is known of a selected step of a plan: what live records told of it, else read when somebody looks at it.

import { useEffect, useState } from "react";

import { apiAddress } from "../wire/addresses.js";
import { readJson } from "../wire/rest.js";
import type { StepDetail } from "../wire/types.js";
import type { SpanSource } from "./useSpan.js";

/** Lists of steps are read page by page up to the one that is wanted; whoever wants one further back opens MissionScope. */
const MOST_PAGES = 10;
const PAGE = 100;

interface StepPage {
  results: StepDetail[];
  next: string | null;
}

/** null until it is there, and when it cannot be read. `key` is null for what is no step. */
export function useStep({ baseUrl, missionId, tokens }: SpanSource, key: string | null, live: StepDetail | undefined): StepDetail | null {
  const [found, setFound] = useState<StepDetail | null>(null);
  const wanted = live ? null : key;
  useEffect(() => {
    if (wanted === null) return undefined;
    const abort = new AbortController();
    const read = (query: string): Promise<StepPage> =>
      readJson<StepPage>(apiAddress(baseUrl, missionId, `steps/?${query}`), { tokens, signal: abort.signal });
    findStep(wanted, read).then(setFound, () => undefined);
    return () => abort.abort();
  }, [baseUrl, missionId, tokens, wanted]);
  return live ?? (found?.id === key ? found : null);
}

async function findStep(key: string, read: (query: string) => Promise<StepPage>): Promise<StepDetail | null> {
  let cursor: string | null = "";
  for (let page = 0; page < MOST_PAGES && cursor !== null; page += 1) {
    const { results, next }: StepPage = await read(`limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    const step = results.find((each) => each.id === key);
    if (step) return step;
    cursor = next === null ? null : new URL(next, "http://x").searchParams.get("cursor");
  }
  return null;
}
