"""Which attribute names mean which normalised field, in the order they are believed.

The first name that is present and usable wins, for each field on its own: one span may speak
several conventions at once. Order: our own words, OpenTelemetry (new, then old), OpenInference,
OpenLLMetry, Langfuse, Vercel AI SDK, Logfire / Pydantic AI, MLflow, LangSmith, Laminar, Google ADK.
"""

MISSION_POOL = ("missionscope.mission.pool",)
"""Where records wait that name no mission, until others tell whose they are. Set by the doors, not by senders."""

MISSION_STRONG = ("missionscope.mission.id", "mission.id", "stage7.mission.id")

MISSION_WEAK = (
    "gen_ai.conversation.id", "session.id", "langfuse.session.id",
    "traceloop.association.properties.session_id", "traceloop.association.properties.conversation_id",
    "traceloop.association.properties.thread_id", "ai.telemetry.metadata.sessionId",
    "ai.telemetry.metadata.session_id", "ai.telemetry.metadata.conversationId", "ai.telemetry.metadata.threadId",
    "mlflow.trace.session", "langsmith.trace.session_id", "langsmith.metadata.session_id",
    "langsmith.metadata.thread_id", "langsmith.metadata.conversation_id", "lmnr.association.properties.session_id",
    "gcp.vertex.agent.session_id", "stage7.conversation.id",
)  # fmt: skip

REQUEST_ID = ("request.id", "http.request.id", "request_id", "requestId", "http.request.header.x-request-id")

CONVERSATION_ID = ("gen_ai.conversation.id", "conversation.id", "conversation_id", "conversationId",
                   "stage7.conversation.id")  # fmt: skip

HOST_NAME = ("host.name", "hostname")

SPAN_FIELDS: dict[str, tuple[str, ...]] = {
    "mission_pool": MISSION_POOL,
    "mission_strong": (*MISSION_STRONG, *(f"baggage.{name}" for name in MISSION_STRONG)),
    "mission_weak": (*MISSION_WEAK, *(f"baggage.{name}" for name in MISSION_WEAK)),
    "mission_name": ("missionscope.mission.name", "mission.name", "stage7.mission.name", "mission.title"),
    "mission_goal": ("missionscope.mission.goal", "mission.goal", "stage7.mission.goal"),
    "trace_name": ("langfuse.trace.name", "mlflow.traceTag.mlflow.traceName", "traceroot.trace.name"),
    "root_name": ("traceloop.workflow.name", "gen_ai.workflow.name", "ai.telemetry.functionId"),
    "agent_name": (
        "missionscope.agent.name", "mission.agent", "stage7.agent.name", "stage7.agent.id",
        "gen_ai.agent.name", "agent.name", "agent_name", "crewai.agent.role", "gen_ai.agent.id", "agent.id",
        "stage7.agent.role",
    ),
    "agent_id": ("missionscope.agent.id", "stage7.agent.id", "gen_ai.agent.id", "agent.id", "mission.agent"),
    "entity_name": ("traceloop.entity.name", "genkit:name"),
    "step_id": ("missionscope.step.id", "stage7.step.id", "mission.step", "agent.step", "step.id", "langgraph_step"),
    "graph_node": ("graph.node.id",),
    "user_id": (
        "stage7.user.id", "user.id", "enduser.id", "langfuse.user.id", "traceloop.association.properties.user_id",
        "ai.telemetry.metadata.userId", "ai.telemetry.metadata.user_id", "mlflow.trace.user",
        "langsmith.metadata.user_id", "lmnr.association.properties.user_id",
    ),
    "metadata": ("metadata", "langfuse.observation.metadata"),
    "langgraph_node": ("langgraph_node", "langsmith.metadata.langgraph_node",
                       "traceloop.association.properties.langgraph_node"),
    "operation": ("gen_ai.operation.name",),
    "request_type": ("llm.request.type",),
    "provider_name": (
        "gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider",
        "mlflow.llm.provider", "langsmith.metadata.ls_provider",
    ),
    "request_model": (
        "gen_ai.request.model", "llm.request.model_name", "langfuse.observation.model.name", "ai.model.id",
        "embedding.model_name", "llm.model_name", "mlflow.llm.model", "langsmith.metadata.ls_model_name",
    ),
    "response_model": ("gen_ai.response.model", "llm.response.model_name", "ai.response.model", "llm.model_name"),
    "conversation_type": ("stage7.conversation_type",),
    "response_id": ("gen_ai.response.id", "ai.response.id", "llm.response.id"),
    "call_id": ("stage7.call.id",),
    "attempt": ("stage7.attempt",),
    "from_cache": ("stage7.cache_hit", "missionscope.cache_hit"),
    "invalid_json": ("stage7.json_invalid", "missionscope.json_invalid"),
    "finish_reasons": ("gen_ai.response.finish_reasons", "llm.finish_reason", "ai.response.finishReason",
                       "ai.finishReason", "gen_ai.completion.0.finish_reason"),
    "input_tokens": (
        "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt", "llm.usage.prompt_tokens",
        "ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens",
    ),
    "output_tokens": (
        "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion",
        "llm.usage.completion_tokens", "ai.usage.outputTokens", "ai.usage.completionTokens",
    ),
    "total_tokens": ("gen_ai.usage.total_tokens", "llm.token_count.total", "llm.usage.total_tokens",
                     "ai.usage.totalTokens"),
    "cache_read_input_tokens": (
        "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
        "llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input",
        "llm.usage.cache_read_input_tokens", "ai.usage.cachedInputTokens", "gen_ai.usage.details.cache_read_tokens",
        "gen_ai.usage.details.cache_read_input_tokens", "gen_ai.usage.details.cached_tokens",
    ),
    "cache_creation_input_tokens": (
        "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens",
        "llm.token_count.prompt_details.cache_write", "llm.usage.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_write_tokens", "gen_ai.usage.details.cache_creation_input_tokens",
    ),
    "reasoning_output_tokens": (
        "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens",
        "llm.token_count.completion_details.reasoning", "ai.usage.reasoningTokens",
        "gen_ai.usage.details.reasoning_tokens", "gen_ai.usage.details.thinking_tokens", "llm.usage.reasoning_tokens",
    ),
    "usage_object": ("langfuse.observation.usage_details", "mlflow.chat.tokenUsage"),
    "cost": ("missionscope.cost_usd", "gen_ai.usage.cost", "gen_ai.usage.total_cost", "llm.cost.total",
             "operation.cost"),
    "cost_object": ("langfuse.observation.cost_details", "mlflow.llm.cost"),
    "cost_parts": ("llm.cost.prompt", "llm.cost.completion", "gen_ai.usage.input_cost", "gen_ai.usage.output_cost"),
    "first_chunk_seconds": ("gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token",
                            "gen_ai.response.time_to_first_token"),
    "first_chunk_ms": ("ai.response.msToFirstChunk",),
    "first_chunk_time": ("langfuse.observation.completion_start_time",),
    "tool_name": (
        "gen_ai.tool.name", "tool.name", "ai.toolCall.name", "tool_call.function.name", "mcp.tool.name",
        "langfuse.observation.tool.name",
    ),
    "tool_call_id": ("gen_ai.tool.call.id", "tool_call.id", "ai.toolCall.id", "tool.id", "message.tool_call_id"),
    "error_type": ("error.type", "exception.type"),
    "error_message": ("exception.message", "error.message", "langfuse.observation.status_message"),
    "level": ("langfuse.observation.level",),
    "level_number": ("logfire.level_num",),
    "state": ("missionscope.state.snapshot",),
    "state_patch": ("missionscope.state.patch",),
    "adk_event": ("gcp.vertex.agent.event", "gcp.vertex.agent.tool_response", "gcp.vertex.agent.llm_response"),
    "input_messages": ("gen_ai.input.messages",),
    "output_messages": ("gen_ai.output.messages",),
    "input_fallback": (
        "ai.prompt.messages", "ai.prompt", "langfuse.observation.input", "mlflow.spanInputs",
        "gcp.vertex.agent.llm_request", "request_data", "events", "lmnr.span.input", "genkit:input",
        "gen_ai.prompt", "langsmith.inputs", "traceloop.entity.input", "input.value",
    ),
    "output_fallback": (
        "ai.response.toolCalls", "langfuse.observation.output", "mlflow.spanOutputs",
        "gcp.vertex.agent.llm_response", "response_data", "events", "lmnr.span.output", "lmnr.sdk.raw.response",
        "genkit:output", "gen_ai.completion", "langsmith.outputs", "traceloop.entity.output", "output.value",
    ),
    "all_messages": ("pydantic_ai.all_messages", "all_messages_events"),
    "first_input": ("input.value", "langfuse.observation.input", "traceloop.entity.input", "mlflow.spanInputs",
                    "lmnr.span.input", "genkit:input"),
}  # fmt: skip
"""Normalised field to the span attributes it is read from."""

RESOURCE_FIELDS: dict[str, tuple[str, ...]] = {
    "mission_strong": SPAN_FIELDS["mission_strong"],
    "mission_weak": SPAN_FIELDS["mission_weak"],
    "mission_name": SPAN_FIELDS["mission_name"],
    "mission_goal": SPAN_FIELDS["mission_goal"],
    "agent_name": ("missionscope.agent.name", "mission.agent", "stage7.agent.name", "stage7.agent.id",
                   "gen_ai.agent.name", "gen_ai.agent.id"),
    "agent_id": ("missionscope.agent.id", "stage7.agent.id", "gen_ai.agent.id"),
    "user_id": ("stage7.user.id", "user.id", "enduser.id"),
    "service_name": ("service.name",),
    "request_id": REQUEST_ID,
    "conversation_id": CONVERSATION_ID,
    "host_name": HOST_NAME,
}  # fmt: skip
"""The fields a resource may name for all its records."""

LOG_FIELDS: dict[str, tuple[str, ...]] = {
    "mission_pool": MISSION_POOL,
    "mission_strong": SPAN_FIELDS["mission_strong"],
    "mission_weak": SPAN_FIELDS["mission_weak"],
    "agent_name": SPAN_FIELDS["agent_name"],
    "step_id": SPAN_FIELDS["step_id"],
    "user_id": SPAN_FIELDS["user_id"],
    "request_id": REQUEST_ID,
    "conversation_id": CONVERSATION_ID,
    "host_name": HOST_NAME,
    "error_type": SPAN_FIELDS["error_type"],
    "event_name": ("event.name",),
    "level_number": SPAN_FIELDS["level_number"],
}
"""The fields read from a log record's attributes."""
