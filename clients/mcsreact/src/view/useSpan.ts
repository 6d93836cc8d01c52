// The span behind a selected node, read when somebody looks at it.

import { useEffect, useState } from "react";

import { apiAddress } from "../wire/addresses.js";
import { readJson } from "../wire/rest.js";
import type { Tokens } from "../wire/tokens.js";
import type { Ref, SpanDetail } from "../wire/types.js";

export interface SpanSource {
  baseUrl: string;
  missionId: string;
  tokens: Tokens;
}

/** null until it is there, and when it cannot be read: what the graph says of the node stands without it. */
export function useSpan({ baseUrl, missionId, tokens }: SpanSource, ref: Ref | undefined): SpanDetail | null {
  const [found, setFound] = useState<{ id: string; span: SpanDetail } | null>(null);
  const id = ref?.id;
  useEffect(() => {
    if (id === undefined) return undefined;
    const abort = new AbortController();
    const reader = { tokens, signal: abort.signal };
    readJson<SpanDetail>(apiAddress(baseUrl, missionId, `spans/${id}/`), reader).then(
      (span) => setFound({ id, span }),
      () => setFound((known) => (abort.signal.aborted ? known : null)),
    );
    return () => abort.abort();
  }, [baseUrl, missionId, tokens, id]);
  return found !== null && found.id === id ? found.span : null;
}
