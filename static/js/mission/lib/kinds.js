// Span kinds: the tint and the glyph each is drawn with. Pure. The families are those of web/presenters/marks.py.

const TINTS = {
  LLM: "llm",
  EMBEDDING: "llm",
  RERANKER: "llm",
  TOOL: "tool",
  RETRIEVER: "tool",
  AGENT: "agent",
  STEP: "step",
  CHAIN: "step",
  HUMAN: "human",
  QUEUE: "queue",
};

const WORDS = {
  LLM: "model call",
  EMBEDDING: "embedding",
  TOOL: "tool",
  RETRIEVER: "retrieval",
  RERANKER: "reranking",
  AGENT: "agent",
  STEP: "step",
  CHAIN: "chain",
  HUMAN: "person",
  QUEUE: "queue",
  HTTP: "HTTP",
  DB: "database",
  RPC: "RPC",
};

/** One of llm, tool, agent, step, human, queue, other: the name of a colour token and of a glyph. */
export const tintOf = (kind) => TINTS[kind] ?? "other";

/** The kind in a person's words. */
export const kindWord = (kind) => WORDS[kind] ?? String(kind ?? "").toLowerCase();
