"""The settings of a model call: temperature, limits, stop sequences ..."""

from collections.abc import Mapping
from typing import Any

from telemetry.conventions.values import read_object

_PREFIXES = ("gen_ai.request.", "ai.settings.", "langsmith.metadata.ls_")
_NOT_SETTINGS = frozenset({"model", "tools", "provider", "model_name", "model_type"})
_OBJECTS = ("llm.invocation_parameters", "langfuse.observation.model.parameters",
            "embedding.invocation_parameters")  # fmt: skip


def read_parameters(
    attributes: Mapping[str, Any], body: Mapping[str, Any], body_source: str
) -> tuple[dict[str, Any], str]:
    """The settings and where they came from; single attributes win over objects, objects over a recorded body."""
    found: dict[str, Any] = {}
    sources: list[str] = []
    if body:
        found |= body
        sources.append(f"{body_source} (the request's own fields)")
    for name in reversed(_OBJECTS):
        settings = read_object(attributes.get(name))
        if settings:
            found |= settings
            sources.insert(0, name)
    for prefix in reversed(_PREFIXES):
        named = {
            name[len(prefix) :]: value
            for name, value in attributes.items()
            if name.startswith(prefix) and name[len(prefix) :] not in _NOT_SETTINGS
        }
        if named:
            found |= named
            sources.insert(0, f"{prefix}*")
    return found, ", ".join(sources)
