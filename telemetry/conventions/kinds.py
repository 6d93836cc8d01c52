"""What kind of work a span is: LLM, TOOL, AGENT ... (table D8 of the conventions page).

Three strengths of evidence: a word that names one kind of work; a word that only says "some
step of a program" (CHAIN); and the transport the span travelled on. A specific word of one
convention beats a general word of another, whichever comes first.
"""

from typing import Any

from telemetry.conventions.plan import Plan
from telemetry.conventions.values import read_name, read_text
from telemetry.conventions.words import CHAIN, KIND_WORDS, OPERATIONS, VERCEL
from telemetry.records import SpanRecord

_SERVER, _CLIENT, _PRODUCER, _CONSUMER = 2, 3, 4, 5

_NOT_A_MODEL_CALL = frozenset({"AGENT", "TOOL", CHAIN})
_DATABASE = ("db.system.name", "db.system", "sql.query", "db.statement", "db.query.text")
_WEB = ("http.request.method", "http.method", "http.url", "url.full", "http.route", "http.uri.client", "http.target")
_QUEUE = ("messaging.system", "messaging.destination.name", "rabbit.queue", "messaging.destination")
_FAMILY_TYPES = ("openinference.span.kind", "langfuse.observation.type", "lmnr.span.type", "mlflow.spanType")
_ASKS_A_HUMAN = frozenset({"ASK", "ASK_USER_QUESTION", "CHAT"})
_ASKING = "HumanInTheLoop.ask"
"""What the SDK calls its span from a question to a person's answer."""
_STEP_NAMES = frozenset({"step", "turn", "iteration", "round", "cycle"})


def find_kind(span: SpanRecord, plan: Plan, step_id: str) -> str:
    """One of SPAN_KINDS, from what the sender calls it, else from what it carries."""
    named = _named_kind(span.attributes, plan)
    if named and named != CHAIN:
        return named
    carried = _carried_kind(span, plan, is_named=bool(named))
    if carried:
        return carried
    if step_id and _is_step(span):
        return "STEP"
    return named or _transport_kind(span) or _loose_kind(span, plan)


def named_by(attributes: dict[str, Any]) -> str:
    """The attribute whose word decides the kind: the first specific one, else the first general one."""
    general = ""
    for name, words in KIND_WORDS:
        kind = words.get(_first_word(read_name(attributes, name)), "") if name in attributes else ""
        if kind == "LLM" and _operation_instead(attributes):
            return "gen_ai.operation.name"
        if kind and kind != CHAIN:
            return name
        general = general or (name if kind else "")
    return general


def is_outer_call(span: SpanRecord) -> bool:
    """True for a span that wraps a model call and repeats its usage: Vercel's `ai.generateText` and its like."""
    if "ai.operationId" not in span.attributes and "operation.name" not in span.attributes:
        return False
    word = read_text(span.attributes.get("ai.operationId")) or read_text(span.attributes.get("operation.name"))
    return VERCEL.get(_first_word(word)) == CHAIN


def _first_word(text: str) -> str:
    """Vercel appends the function id to operation.name: `ai.generateText my-function`."""
    return text.partition(" ")[0].lower()


def _named_kind(attributes: dict[str, Any], plan: Plan) -> str:
    general = ""
    for name, words in plan.kind_words:
        kind = words.get(_first_word(read_name(attributes, name)), "")
        if kind == "LLM" and name != "gen_ai.operation.name":
            kind = _operation_instead(attributes) or kind
        if kind and kind != CHAIN:
            return kind
        general = general or kind
    return general


def _operation_instead(attributes: dict[str, Any]) -> str:
    """An operation that is no model call, on a span some other family files under generations."""
    kind = OPERATIONS.get(read_text(attributes.get("gen_ai.operation.name")), "")
    return kind if kind in _NOT_A_MODEL_CALL else ""


def _carried_kind(span: SpanRecord, plan: Plan, *, is_named: bool) -> str:
    """What the attributes show when no word names a specific kind."""
    attributes = span.attributes
    if span.name == _ASKING or read_text(attributes.get("stage7.action_verb")) in _ASKS_A_HUMAN:
        return "HUMAN"
    if "mcp.method.name" in attributes:
        return _mcp_kind(span)
    if _is_pydantic_agent(span):
        return "AGENT"
    if plan.names("tool_name") and not plan.names("request_model") and not span.name.startswith("running tools"):
        return "TOOL"
    if attributes.get("logfire.span_type") == "log":
        return ""
    if is_named or is_outer_call(span):
        return ""
    return _model_call(span, plan)


def _model_call(span: SpanRecord, plan: Plan) -> str:
    has_model = bool(plan.names("request_model") or plan.names("response_model"))
    if has_model and "embed" in span.name.lower():
        return "EMBEDDING"
    if "gcp.vertex.agent.llm_request" in span.attributes and has_model:
        return "LLM"
    has_usage = bool(plan.names("output_tokens") or plan.names("usage_object"))
    has_messages = bool(plan.flattened or plan.names("input_messages") or plan.names("output_messages"))
    operation = read_text(span.attributes.get("gen_ai.operation.name"))
    if operation.startswith("chat"):
        return "LLM"
    if operation and not (has_model and has_usage):
        return ""
    return "LLM" if has_model or (has_messages and has_usage) else ""


def _is_pydantic_agent(span: SpanRecord) -> bool:
    attributes = span.attributes
    named = "agent_name" in attributes or "gen_ai.agent.name" in attributes
    ran = "all_messages_events" in attributes or "pydantic_ai.all_messages" in attributes
    return named and (ran or "final_result" in attributes or span.name == "agent run")


def _mcp_kind(span: SpanRecord) -> str:
    """A tool call is counted at its caller; the server's side counts only when the caller sent nothing."""
    if read_text(span.attributes.get("mcp.method.name")) != "tools/call":
        return "RPC"
    return "RPC" if span.otel_kind == _SERVER and span.parent_span_id else "TOOL"


def _is_step(span: SpanRecord) -> bool:
    first = span.name.partition(" ")[0].lower()
    return first in _STEP_NAMES or "stage7.action_verb" in span.attributes


def _transport_kind(span: SpanRecord) -> str:
    attributes = span.attributes
    if any(name in attributes for name in _QUEUE) or span.otel_kind in (_PRODUCER, _CONSUMER):
        return "QUEUE"
    if any(name in attributes for name in _DATABASE):
        return "DB"
    if "rpc.system" in attributes or "rpc.system.name" in attributes:
        return "RPC"
    if any(name in attributes for name in _WEB):
        return "HTTP"
    if span.otel_kind in (_SERVER, _CLIENT) and not any(name.startswith("gen_ai.") for name in attributes):
        return "RPC"
    return ""


def _loose_kind(span: SpanRecord, plan: Plan) -> str:
    """The last resort: the shape of the span's name, an evaluation it reports, or a family's default type."""
    verb, _, rest = span.name.partition(" ")
    if rest and verb in ("execute_tool", "invoke_agent", "invoke_workflow"):
        return OPERATIONS[verb]
    if any(event.name == "gen_ai.evaluation.result" for event in span.events):
        return "EVALUATOR"
    attributes = span.attributes
    if any(name in attributes for name in _FAMILY_TYPES):
        return CHAIN
    if "gen_ai.operation.name" in attributes or attributes.get("logfire.span_type") in ("span", "pending_span"):
        return CHAIN
    return "OTHER"
