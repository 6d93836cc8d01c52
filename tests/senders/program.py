"""A small program as its author would instrument it, run in a process of its own: `python -m tests.senders.program`.

Arguments: the instrumentation, MissionScope's address, its key, the mission's id, the model provider's address.
"""

import sys
from typing import Any

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Tracer, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tests.senders.agent import get_weather, run_agent

OPENINFERENCE, OPENLLMETRY, OPENLLMETRY_EVENTS = "openinference", "openllmetry", "openllmetry-events"


def main(sender: str, url: str, key: str, mission: str, model_url: str) -> None:
    """Run the agent once, telemetry and all."""
    tracers, loggers = make_telemetry(url, key)
    instrument(sender, tracers, loggers)
    tracer = tracers.get_tracer("weather.desk")
    root = {"mission.id": mission, "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "forecaster"}
    with tracer.start_as_current_span("forecast", attributes=root):
        run_agent(model_url, lambda *asked: run_tool(sender, tracer, *asked))
    tracers.shutdown()
    loggers.shutdown()


def make_telemetry(url: str, key: str) -> tuple[TracerProvider, LoggerProvider]:
    """Spans and logs over OTLP/HTTP: protobuf, gzip, batches."""
    headers = {"authorization": f"Bearer {key}"}
    resource = Resource.create({"service.name": "weather-desk", "service.version": "1.2"})
    tracers, loggers = TracerProvider(resource=resource), LoggerProvider(resource=resource)
    spans = OTLPSpanExporter(f"{url}/v1/traces", headers=headers, compression=Compression.Gzip)
    records = OTLPLogExporter(f"{url}/v1/logs", headers=headers, compression=Compression.Gzip)
    tracers.add_span_processor(BatchSpanProcessor(spans))
    loggers.add_log_record_processor(BatchLogRecordProcessor(records))
    return tracers, loggers


def instrument(sender: str, tracers: TracerProvider, loggers: LoggerProvider) -> None:
    """Arize's instrumentation of the OpenAI client, or Traceloop's with messages as attributes or as events."""
    if sender == OPENINFERENCE:
        from openinference.instrumentation.openai import OpenAIInstrumentor

        OpenAIInstrumentor().instrument(tracer_provider=tracers)
    else:
        from opentelemetry.instrumentation.openai import OpenAIInstrumentor as Traceloop

        Traceloop(use_attributes=sender == OPENLLMETRY).instrument(tracer_provider=tracers, logger_provider=loggers)


def run_tool(sender: str, tracer: Tracer, call_id: str, name: str, arguments: str) -> str:
    """Run the tool in a span that says what it was asked in the family's words."""
    if sender == OPENINFERENCE:
        asked: dict[str, Any] = {
            "openinference.span.kind": "TOOL",
            "tool.name": name,
            "tool_call.id": call_id,
            "input.value": arguments,
        }
        result_attribute = "output.value"
    else:
        asked = {
            "traceloop.span.kind": "tool",
            "traceloop.entity.name": name,
            "traceloop.entity.input": arguments,
            "gen_ai.tool.call.id": call_id,
        }
        result_attribute = "traceloop.entity.output"
    with tracer.start_as_current_span(name, attributes=asked) as span:
        result = get_weather(arguments)
        span.set_attribute(result_attribute, result)
        return result


if __name__ == "__main__":
    main(*sys.argv[1:])
