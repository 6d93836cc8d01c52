"""Each convention's own words for kinds of work."""

from telemetry.meaning import SPAN_KINDS

CHAIN = "CHAIN"
"""Some step of a program: the word that says least."""

OPERATIONS = {
    "chat": "LLM", "generate_content": "LLM", "text_completion": "LLM", "completion": "LLM", "response": "LLM",
    "embeddings": "EMBEDDING", "embedding": "EMBEDDING", "retrieval": "RETRIEVER", "rerank": "RERANKER",
    "create_agent": "AGENT", "invoke_agent": "AGENT", "plan": "AGENT", "invoke_workflow": CHAIN,
    "execute_tool": "TOOL", "search_memory": "MEMORY", "create_memory": "MEMORY", "update_memory": "MEMORY",
    "upsert_memory": "MEMORY", "delete_memory": "MEMORY", "create_memory_store": "MEMORY",
    "delete_memory_store": "MEMORY",
}  # fmt: skip

_OWN = {kind.lower(): kind for kind in SPAN_KINDS}
_OPENINFERENCE = {word: _OWN[word] for word in (
    "llm", "embedding", "chain", "retriever", "reranker", "tool", "agent", "guardrail", "evaluator", "prompt",
)} | {"decision": "LLM"}  # fmt: skip
_LANGFUSE = {
    "generation": "LLM", "agent": "AGENT", "tool": "TOOL", "chain": CHAIN, "retriever": "RETRIEVER",
    "evaluator": "EVALUATOR", "embedding": "EMBEDDING", "guardrail": "GUARDRAIL",
}  # fmt: skip
_TRACELOOP = {"workflow": CHAIN, "task": CHAIN, "agent": "AGENT", "tool": "TOOL"}
_REQUEST_TYPES = {"chat": "LLM", "completion": "LLM", "embedding": "EMBEDDING", "rerank": "RERANKER"}
VERCEL = {
    "ai.generatetext": CHAIN, "ai.streamtext": CHAIN, "ai.generateobject": CHAIN, "ai.streamobject": CHAIN,
    "ai.generatetext.dogenerate": "LLM", "ai.streamtext.dostream": "LLM", "ai.generateobject.dogenerate": "LLM",
    "ai.streamobject.dostream": "LLM", "ai.embed": CHAIN, "ai.embedmany": CHAIN, "ai.embed.doembed": "EMBEDDING",
    "ai.embedmany.doembed": "EMBEDDING", "ai.toolcall": "TOOL", "ai.rerank": CHAIN, "ai.rerank.dorerank": "RERANKER",
}  # fmt: skip
_MLFLOW = {
    "llm": "LLM", "chat_model": "LLM", "chain": CHAIN, "workflow": CHAIN, "task": CHAIN, "parser": CHAIN,
    "agent": "AGENT", "tool": "TOOL", "retriever": "RETRIEVER", "embedding": "EMBEDDING", "reranker": "RERANKER",
    "memory": "MEMORY", "guardrail": "GUARDRAIL", "evaluator": "EVALUATOR",
}  # fmt: skip
_LANGSMITH = {"llm": "LLM", "chain": CHAIN, "tool": "TOOL", "retriever": "RETRIEVER", "embedding": "EMBEDDING",
              "prompt": "PROMPT", "parser": CHAIN}  # fmt: skip
_LAMINAR = {"llm": "LLM", "cached": "LLM", "tool": "TOOL", "executor": CHAIN, "evaluator": "EVALUATOR",
            "evaluation": "EVALUATOR", "human_evaluator": "HUMAN"}  # fmt: skip
_GENKIT = {"model": "LLM", "tool": "TOOL", "flow": CHAIN, "agent": "AGENT", "retriever": "RETRIEVER",
           "indexer": "RETRIEVER", "embedder": "EMBEDDING", "evaluator": "EVALUATOR", "reranker": "RERANKER",
           "prompt": "PROMPT", "executableprompt": "PROMPT"}  # fmt: skip
_INSPECT = {"agent": "AGENT", "tool": "TOOL", "solver": CHAIN, "solvers": CHAIN, "init": CHAIN,
            "scorer": "EVALUATOR", "scorers": "EVALUATOR", "subtask": CHAIN, "handoff": CHAIN}  # fmt: skip

KIND_WORDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("missionscope.span.kind", _OWN),
    ("langfuse.observation.type", _LANGFUSE),
    ("openinference.span.kind", _OPENINFERENCE),
    ("gen_ai.operation.name", OPERATIONS),
    ("genkit:metadata:subtype", _GENKIT),
    ("ai.operationId", VERCEL),
    ("operation.name", VERCEL),
    ("llm.request.type", _REQUEST_TYPES),
    ("traceloop.span.kind", _TRACELOOP),
    ("mlflow.spanType", _MLFLOW),
    ("langsmith.span.kind", _LANGSMITH),
    ("lmnr.span.type", _LAMINAR),
    ("inspect.span.type", _INSPECT),
)
"""Attributes that name a kind, with their words, in the order they are believed."""
