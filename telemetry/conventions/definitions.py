"""Tools a model was offered, in any provider's words."""

from typing import Any

from telemetry.conventions.conversation import ToolDefinition
from telemetry.conventions.values import decode_json, read_json, read_text


def read_definitions(raw: Any) -> list[ToolDefinition]:
    """Tool definitions in any provider's words, from a list, a map of name to tool, or one definition."""
    if isinstance(raw, str):
        decoded = read_json(raw)
        return read_definitions(decoded) if decoded is not None else [ToolDefinition(name=raw, raw=raw)]
    if isinstance(raw, list):
        return [definition for item in raw if not isinstance(item, list) for definition in read_definitions(item)]
    if not isinstance(raw, dict):
        return []
    for name in ("function_declarations", "functionDeclarations"):
        if isinstance(raw.get(name), list):
            return [_definition(item, item) for item in raw[name] if isinstance(item, dict)]
    for name in ("function", "toolSpec", "tool"):
        if isinstance(raw.get(name), dict):
            return [_definition(raw[name], raw)]
    return [_definition(raw, raw)]


def _definition(body: dict[str, Any], raw: Any) -> ToolDefinition:
    schemas = ("parameters", "input_schema", "inputSchema", "parameters_json_schema", "parametersJsonSchema",
               "json_schema", "schema")  # fmt: skip
    parameters = next((body[name] for name in schemas if body.get(name) is not None), None)
    if isinstance(parameters, dict) and isinstance(parameters.get("json"), dict):
        parameters = parameters["json"]
    if isinstance(parameters, str):
        parameters = decode_json(parameters) or parameters
    name = read_text(body.get("name")) or read_text(body.get("type")) or next(iter(body), "")
    return ToolDefinition(name=name, description=read_text(body.get("description")), parameters=parameters, raw=raw)
