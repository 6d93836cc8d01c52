"""Ready-made ways to send data to this installation."""

from typing import NamedTuple
from urllib.parse import urlsplit

PLACEHOLDER_KEY = "KEY"


class Snippet(NamedTuple):
    """One thing to copy."""

    slug: str
    title: str
    note: str
    text: str


def environment_snippet(base_url: str, key: str = PLACEHOLDER_KEY) -> Snippet:
    """For any OpenTelemetry SDK or agent framework that has one inside."""
    lines = (
        f"export OTEL_EXPORTER_OTLP_ENDPOINT={base_url}",
        "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        f'export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer {key}"',
    )
    note = "Set these where the agent runs; its traces and logs then arrive here. No code changes."
    return Snippet("environment", "Any OpenTelemetry SDK", note, "\n".join(lines))


def curl_snippet(base_url: str, key: str = PLACEHOLDER_KEY) -> Snippet:
    """One mission of one model call, sent now; needs nothing but curl and a shell."""
    text = f"""\
curl {base_url}/v1/traces -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d @- <<JSON
{{"resourceSpans": [{{"resource": {{"attributes": [{{"key": "service.name", "value": {{"stringValue": "hello"}}}}]}},
 "scopeSpans": [{{"spans": [{{"traceId": "$(openssl rand -hex 16)", "spanId": "$(openssl rand -hex 8)", "kind": 3,
  "name": "chat my-model", "startTimeUnixNano": "$(date +%s)000000000", "endTimeUnixNano": "$(date +%s)900000000",
  "attributes": [{{"key": "gen_ai.operation.name", "value": {{"stringValue": "chat"}}}},
   {{"key": "gen_ai.request.model", "value": {{"stringValue": "my-model"}}}},
   {{"key": "gen_ai.usage.input_tokens", "value": {{"intValue": "312"}}}}]}}]}}]}}]}}
JSON"""
    return Snippet("curl", "curl", "One span over OTLP/HTTP with JSON: the quickest proof that the way is open.", text)


def python_snippet(base_url: str, key: str = PLACEHOLDER_KEY) -> Snippet:
    """The OpenTelemetry SDK for Python, set up in code."""
    text = f"""\
# pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

exporter = OTLPSpanExporter("{base_url}/v1/traces", headers={{"authorization": "Bearer {key}"}})
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(provider)

with trace.get_tracer("agent").start_as_current_span("invoke_agent planner") as span:
    span.set_attribute("gen_ai.operation.name", "invoke_agent")
    span.set_attribute("gen_ai.agent.name", "planner")
provider.shutdown()"""
    return Snippet("python", "Python", "The OpenTelemetry SDK, set up in code.", text)


def collector_snippet(base_url: str, key: str = PLACEHOLDER_KEY) -> Snippet:
    """An OpenTelemetry Collector that passes everything on."""
    text = f"""\
exporters:
  otlphttp/missionscope:
    endpoint: {base_url}
    headers:
      authorization: Bearer {key}
service:
  pipelines:
    traces:
      exporters: [otlphttp/missionscope]
    logs:
      exporters: [otlphttp/missionscope]"""
    return Snippet("collector", "OpenTelemetry Collector", "Add this exporter to the pipelines you have.", text)


def make_dsn(base_url: str, key: str, project_pk: int) -> str:
    """The address that Sentry's clients are given: they want a number for the project."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{key}@{parts.netloc}{parts.path}/{project_pk}"


def sentry_snippets(dsn: str) -> list[Snippet]:
    """Sentry's clients in the browser, in Node and in Python. Tags say which mission an error belongs to."""
    javascript = f"""import * as Sentry from "@sentry/browser"; // @sentry/react and @sentry/node alike

Sentry.init({{ dsn: "{dsn}", release: "my-app@1.2.3" }});
Sentry.setTag("mission.id", missionId);"""
    python = f"""# pip install sentry-sdk
import sentry_sdk

sentry_sdk.init(dsn="{dsn}", release="planner@1.2.3", server_name="planner-1")
sentry_sdk.set_tag("mission.id", mission_id)"""
    return [
        Snippet("sentry-js", "Errors from browsers and Node", "Sentry’s own client for JavaScript.", javascript),
        Snippet("sentry-python", "Errors from Python", "Sentry’s own client for Python.", python),
    ]


def all_snippets(base_url: str, key: str = PLACEHOLDER_KEY) -> list[Snippet]:
    """Every way, the simplest first."""
    makers = (environment_snippet, curl_snippet, python_snippet, collector_snippet)
    return [make(base_url, key) for make in makers]


def log_snippet(base_url: str, key: str = PLACEHOLDER_KEY) -> Snippet:
    """One log line, sent now."""
    text = f"""\
curl '{base_url}/api/v1/logs?service=hello' -H 'Authorization: Bearer {key}' \\
  -H 'Content-Type: application/x-ndjson' -d '{{"level": "info", "msg": "hello", "requestId": "r-1"}}'"""
    return Snippet("log", "A log line", "One line of JSON; a logger's output can be sent as it is.", text)
