"""Levels, statuses and sources of errors as people see them: a glyph, a word and a class."""

from web.presenters.marks import Mark

_LEVELS = {
    "fatal": Mark("failed", "fatal", "level-fatal"),
    "error": Mark("failed", "error", "status-failed"),
    "warning": Mark("warning", "warning", "status-waiting"),
    "info": Mark("info", "info", "status-active"),
}
_STATUSES = {
    "unresolved": Mark("failed", "unresolved", "status-failed"),
    "resolved": Mark("ok", "resolved", "status-ok"),
    "ignored": Mark("gone", "ignored", "status-gone"),
}
_SOURCES = {
    "span": Mark("kind-other", "span", "kind-other"),
    "model_call": Mark("kind-llm", "model call", "kind-llm"),
    "tool": Mark("kind-tool", "tool", "kind-tool"),
    "step": Mark("kind-step", "step", "kind-step"),
    "log": Mark("terminal", "log", "kind-other"),
    "sentry": Mark("warning", "Sentry client", "kind-other"),
}


def present_level(level: str) -> Mark:
    """The mark of a level."""
    return _LEVELS.get(level, _LEVELS["error"])


def present_state(status: str) -> Mark:
    """The mark of a group's status."""
    return _STATUSES.get(status, _STATUSES["unresolved"])


def present_source(source: str) -> Mark:
    """The mark of what told of it."""
    return _SOURCES.get(source, _SOURCES["span"])
