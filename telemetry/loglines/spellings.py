"""Which key of a logged object means what, however it is spelled.

A key is compared in lower case and without what joins its words: `mission_id`, `missionId`, `mission.id` and
`{"mission": {"id": …}}` are one.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

_JOINTS = re.compile(r"[^a-z0-9@]+")
_LONGEST_KEY = 100
_MOST_LEAVES = 1_000
_DEEPEST = 4

IDS: dict[str, tuple[str, ...]] = {
    "missionscope.mission.id": ("missionid", "missionscopemissionid", "stage7missionid"),
    "request.id": ("requestid", "reqid", "httprequestid", "xrequestid", "httprequestheaderxrequestid",
                   "correlationid", "xcorrelationid"),
    "gen_ai.conversation.id": ("conversationid", "genaiconversationid", "stage7conversationid"),
    "session.id": ("sessionid",),
    "user.id": ("userid", "enduserid", "stage7userid", "usrid"),
    "missionscope.agent.id": ("agentid", "missionscopeagentid", "stage7agentid", "genaiagentid"),
    "missionscope.agent.name": ("agentname", "missionscopeagentname", "stage7agentname", "genaiagentname"),
    "missionscope.step.id": ("stepid", "missionscopestepid", "stage7stepid"),
}  # fmt: skip
"""Attribute to its spellings, in the order they are believed."""
ID_OF = {spelling: name for name, spellings in IDS.items() for spelling in spellings}
TIME = ("time", "timestamp", "@timestamp", "ts", "@t", "asctime", "datetime", "eventtime", "date", "created",
        "timeunixnano", "timens")  # fmt: skip
LEVEL = ("level", "loglevel", "severity", "levelname", "severitytext", "lvl", "@l", "severitynumber", "levelno")
MESSAGE = ("message", "msg", "event", "log", "textpayload", "shortmessage", "@m", "@mt", "text", "body")
LOGGER = ("logger", "loggername", "loglogger", "sourcecontext")
SERVICE = ("servicename", "service", "appname", "app", "application", "applicationname")
RESOURCE: dict[str, tuple[str, ...]] = {
    "host.name": ("hostname", "host"),
    "process.pid": ("processpid", "pid", "processid", "process"),
    "service.version": ("serviceversion", "release"),
    "deployment.environment.name": ("deploymentenvironmentname", "deploymentenvironment", "serviceenvironment",
                                    "environment", "env"),
}  # fmt: skip
TRACE = ("traceid", "oteltraceid", "logginggoogleapiscomtrace")
SPAN = ("spanid", "otelspanid", "logginggoogleapiscomspanid")
DATADOG_TRACE, DATADOG_SPAN = "ddtraceid", "ddspanid"
FLAGS = ("traceflags", "oteltraceflags")
TRACEPARENT = "traceparent"
FILE = ("pathname", "codefilepath", "codefilepath", "logoriginfilename", "sourcefile", "srcfile",
        "logginggoogleapiscomsourcelocationfile", "filename")  # fmt: skip
LINE = ("lineno", "codelinenumber", "logoriginfileline", "sourceline", "srcline",
        "logginggoogleapiscomsourcelocationline")  # fmt: skip
FUNCTION = ("funcname", "codefunctionname", "logoriginfunction", "sourcefunction", "srcfunc",
            "logginggoogleapiscomsourcelocationfunction")  # fmt: skip

CONTAINERS = frozenset({
    "context", "ctx", "meta", "metadata", "extra", "data", "mdc", "contextmap", "bindings", "labels", "fields", "tags",
    "attributes", "correlation", "ids", "props", "properties", "req", "request", "headers", "jsonpayload",
})  # fmt: skip
"""Objects in which loggers keep what concerns the line: an id counts there as it does beside the message."""


class Leaf(NamedTuple):
    """A value of the object."""

    value: Any
    key: str | None
    """Its key at the top; None for a value that lies deeper."""


class Leaves(NamedTuple):
    """The values of an object by their compared names, the upper before the deeper."""

    own: dict[str, Leaf]
    """By the whole path."""
    inner: dict[str, Leaf]
    """Of what lies in CONTAINERS, by the path inside."""


@lru_cache(maxsize=4_096)
def _compared(key: str) -> str:
    return _JOINTS.sub("", key.lower())


def compared(key: str) -> str:
    """A key as it is compared; empty for one that is too long to be known."""
    return _compared(key) if len(key) <= _LONGEST_KEY else ""


def find_leaves(item: dict[str, Any]) -> Leaves:
    """The values of the object, level by level, at most _MOST_LEAVES and _DEEPEST levels."""
    leaves = Leaves({}, {})
    level: list[tuple[str, str | None, dict[str, Any]]] = [("", "", item)]
    room = _MOST_LEAVES
    for depth in range(_DEEPEST):
        deeper: list[tuple[str, str | None, dict[str, Any]]] = []
        for path, inside, holder in level:
            for key, value in holder.items():
                room -= 1
                if room < 0:
                    return leaves
                name = compared(key)
                if not name:
                    continue
                if isinstance(value, dict) and depth + 1 < _DEEPEST:
                    deeper.append((path + name, _inside(inside, name), value))
                leaves.own.setdefault(path + name, Leaf(value, None if depth else key))
                if depth and inside is not None:
                    leaves.inner.setdefault(inside + name, Leaf(value, None))
        level = deeper
    return leaves


def _inside(inside: str | None, name: str) -> str | None:
    """The path within containers: they add nothing to it; None outside of all of them."""
    if inside is None:
        return None
    if not inside and name in CONTAINERS:
        return ""
    return inside + name
