"""A logged JSON object to a log record. What is not understood stays an attribute under its own name."""

from typing import Any

from telemetry.conventions.values import read_count, read_text
from telemetry.loglines import spellings
from telemetry.loglines.correlation import read_trace
from telemetry.loglines.drafts import Draft, Hints
from telemetry.loglines.exceptions import find_exception
from telemetry.loglines.levels import Level, read_level
from telemetry.loglines.spellings import Leaf, Leaves, find_leaves
from telemetry.loglines.times import read_time
from telemetry.records import AttributeValue

_PYTHON_KEYS = frozenset({"levelname", "levelno", "asctime", "funcName", "lineno", "pathname", "exc_info"})
_LOGGER_IS_NAME = frozenset({"pino", "bunyan", "structlog", "python"})


def read_object(item: dict[str, Any], hints: Hints, shape: str = "") -> Draft:
    """What a logger wrote as an object."""
    item = _unwrapped(item)
    return _Reading(item, hints, shape or find_shape(item)).draft()


def find_shape(item: dict[str, Any]) -> str:
    """The library that writes objects like this one, or json."""
    level = item.get("level")
    if isinstance(level, int) and "v" in item and "hostname" in item:
        return "bunyan"
    if ("pid" in item and "hostname" in item) or (isinstance(level, int) and level >= 10 and "msg" in item):
        return "pino"
    if "@timestamp" in item and not item.keys().isdisjoint({"log.level", "log", "ecs.version", "ecs"}):
        return "ecs"
    if "severity" in item and ("textPayload" in item or any(key.startswith("logging.googleapis.com/") for key in item)):
        return "gcp"
    if isinstance(item.get("event"), str) and "message" not in item and "msg" not in item:
        return "structlog"
    if not item.keys().isdisjoint(_PYTHON_KEYS):
        return "python"
    return "winston" if isinstance(level, str) and "message" in item else "json"


def _unwrapped(item: dict[str, Any]) -> dict[str, Any]:
    """The object inside what winston's HTTP transport and Google's logging put around it."""
    if item.get("method") == "collect" and isinstance(item.get("params"), dict) and len(item) <= 4:
        return dict(item["params"])
    payload = item.get("jsonPayload")
    if isinstance(payload, dict):
        return {**{key: value for key, value in item.items() if key != "jsonPayload"}, **payload}
    return item


class _Reading:
    """One object; what has been understood is taken off its keys."""

    def __init__(self, item: dict[str, Any], hints: Hints, shape: str) -> None:
        self.item, self.hints, self.shape = item, hints, shape
        self.leaves: Leaves = find_leaves(item)
        self.taken: set[str] = set()
        self.added: dict[str, AttributeValue] = {}

    def draft(self) -> Draft:
        """The record in the making."""
        self._ids()
        thrown = find_exception(self.item)
        level, time_ns, body = self._level(), self._time(), self._body()
        if thrown is not None:
            self.added.update(thrown.attributes())
            self.taken.update(thrown.keys)
        self._place()
        trace = read_trace(self.leaves)
        self.taken.update(trace.keys)
        draft = Draft(
            shape=self.shape,
            body=body,
            time_ns=time_ns,
            severity_number=level.number,
            severity_text=level.text,
            trace_id=trace.trace_id,
            span_id=trace.span_id,
            flags=trace.flags,
            logger=self._logger(),
            service=self._text(spellings.SERVICE),
            resource=self._resource(),
        )
        has_message = body is not self.item
        left = {key: value for key, value in self.item.items() if has_message and key not in self.taken}
        draft.attributes = {**self.added, **(thrown.leftover if thrown else {}), **_beside(left, self.added)}
        return draft

    def _leaf(self, names: tuple[str, ...]) -> list[Leaf]:
        own = self.leaves.own
        return [own[name] for name in names if name in own]

    def _take(self, leaf: Leaf) -> None:
        if leaf.key is not None:
            self.taken.add(leaf.key)

    def _text(self, names: tuple[str, ...]) -> str:
        for leaf in self._leaf(names):
            if text := read_text(leaf.value).strip():
                self._take(leaf)
                return text
        return ""

    def _ids(self) -> None:
        for name, names in spellings.IDS.items():
            for leaf in self._candidates(names):
                value = leaf.value
                text = read_text(value[0] if isinstance(value, list) and len(value) == 1 else value).strip()
                if text and not (name.startswith("missionscope.agent") and self._is_shipper()):
                    self.added[name] = text
                    self._take(leaf)
                    break

    def _candidates(self, names: tuple[str, ...]) -> list[Leaf]:
        inner = self.leaves.inner
        return self._leaf(names) + ([inner[name] for name in names if name in inner] if inner else [])

    def _is_shipper(self) -> bool:
        """Elastic's shippers call themselves the agent."""
        agent = self.item.get("agent")
        return (isinstance(agent, dict) and "ephemeral_id" in agent) or "agent.ephemeral_id" in self.item

    def _level(self) -> Level:
        for leaf in self._leaf(spellings.LEVEL):
            is_python = leaf.key == "levelno"
            if leaf.key in ("severity_number", "severityNumber", "SeverityNumber"):
                number = read_count(leaf.value)
                level = Level(number, "") if number is not None and number <= 24 else None
            else:
                level = read_level(leaf.value, is_python=is_python)
            if level is not None:
                if level.is_exact:
                    self._take(leaf)
                return level
        return Level(0, "")

    def _time(self) -> int | None:
        for leaf in self._leaf(spellings.TIME):
            time_ns = read_time(leaf.value, self.hints.offset_ns)
            if time_ns is not None:
                self._take(leaf)
                return time_ns
        return read_time(self.item) if "seconds" in self.item and "nanos" in self.item else None

    def _body(self) -> AttributeValue:
        """The message; the whole object where it has none."""
        best: Leaf | None = None
        for leaf in self._leaf(spellings.MESSAGE):
            if leaf.key is None or leaf.value is None:
                continue
            if isinstance(leaf.value, str):
                best = leaf
                break
            best = best or leaf
        if best is None or best.key is None or (best.key == "log" and not isinstance(best.value, str)):
            return self.item
        self._take(best)
        return best.value

    def _logger(self) -> str:
        names = (*spellings.LOGGER, "name") if self.shape in _LOGGER_IS_NAME else spellings.LOGGER
        return self._text(names)

    def _resource(self) -> dict[str, AttributeValue]:
        found: dict[str, AttributeValue] = {}
        for name, names in spellings.RESOURCE.items():
            if text := self._text(names):
                found[name] = int(text) if name == "process.pid" and text.isascii() and text.isdigit() else text
        return found

    def _place(self) -> None:
        """Where in the source it was logged."""
        line = next((leaf for leaf in self._leaf(spellings.LINE) if read_count(leaf.value)), None)
        if line is not None:
            self.added["code.line.number"] = read_count(line.value)
            self._take(line)
            if file := self._text(spellings.FILE):
                self.added["code.file.path"] = file
        if function := self._text(spellings.FUNCTION):
            self.added["code.function.name"] = function
        caller = self.item.get("caller")
        if isinstance(caller, str) and line is None:
            file, colon, number = caller.rpartition(":")
            if colon and number.isascii() and number.isdigit() and len(number) < 8:
                self.added |= {"code.file.path": file, "code.line.number": int(number)}
                self.taken.add("caller")


def _beside(left: dict[str, Any], added: dict[str, AttributeValue]) -> dict[str, AttributeValue]:
    """What was not understood; a key that has another meaning here by now gets a name of its own."""
    return {f"log.{key}" if key in added else key: value for key, value in left.items()}
