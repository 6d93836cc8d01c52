// A program that sends with opentelemetry-js: an agent, a model call, a tool that fails, a log record.
// Arguments: address, key, mission id, encoding (proto or json). Prints the trace id.
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

const [url, key, mission, encoding] = process.argv.slice(2);
const headers = { authorization: `Bearer ${key}` };
const Exporter = encoding === "json" ? JsonExporter : ProtoExporter;
const resource = resourceFromAttributes({ "service.name": "travel-desk" });
const tracers = new TracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor({ exporter: new Exporter({ url: `${url}/v1/traces`, headers, compression: "gzip" }) })],
});
const loggers = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${url}/v1/logs`, headers }) })],
});
const tracer = tracers.getTracer("travel.desk", "0.4");

const agent = tracer.startSpan("plan a trip", {
  attributes: { "mission.id": mission, "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner" },
});
const within = trace.setSpan(ROOT_CONTEXT, agent);
const call = tracer.startSpan("chat claude-3-5-haiku", {
  kind: SpanKind.CLIENT,
  attributes: {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-3-5-haiku-20241022",
    "gen_ai.usage.input_tokens": 120,
    "gen_ai.usage.output_tokens": 31,
    "gen_ai.response.finish_reasons": ["tool_use"],
    "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: "Zürich → Malmö, 2 Personen" }] }]),
    "gen_ai.output.messages": JSON.stringify([{ role: "assistant", finish_reason: "tool_use", parts: [
      { type: "tool_call", id: "toolu_01", name: "find_trains", arguments: { from: "Zürich", to: "Malmö" } }] }]),
  },
}, within);
call.end();
const tool = tracer.startSpan("execute_tool find_trains", {
  attributes: {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "find_trains",
    "gen_ai.tool.call.id": "toolu_01",
    "gen_ai.tool.call.arguments": '{"from":"Zürich","to":"Malmö"}',
  },
}, within);
tool.recordException(new RangeError("no train before 2031"));
tool.setStatus({ code: SpanStatusCode.ERROR, message: "no train before 2031" });
loggers.getLogger("travel.desk").emit({
  severityNumber: 17,
  severityText: "ERROR",
  body: { what: "timetable", trains: [] },
  attributes: { attempt: 2 },
  context: trace.setSpan(ROOT_CONTEXT, tool),
});
tool.end();
agent.end();
await Promise.all([tracers.forceFlush(), loggers.forceFlush()]);
await Promise.all([tracers.shutdown(), loggers.shutdown()]);
console.log(agent.spanContext().traceId);
