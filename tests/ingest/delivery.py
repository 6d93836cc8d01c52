"""Sends OTLP/JSON through decoding, redaction, mapping and the store; dumps what is stored."""

import json
import random
from collections.abc import Iterable
from typing import Any

import msgspec

from analysis.recompute import recompute_missions
from ingest.commit import store_prepared
from ingest.prepare import Prepared, prepare
from llmlog.selectors import list_llm_calls, list_tool_calls
from telemetry.redaction import Redactor
from traces.models import Mission
from traces.selectors import list_logs, list_snapshots, list_spans, list_state, read_spans

REDACTOR = Redactor(bytes(range(32)))


def deliver(project_id: int, request: dict[str, Any], signal: str = "traces") -> None:
    """One request, stored."""
    store_prepared([prepared(project_id, request, signal)])


def prepared(project_id: int, request: dict[str, Any], signal: str = "traces") -> Prepared:
    """One request, decoded and redacted."""
    data = json.dumps(request).encode()
    return prepare(
        project_id=project_id, redactor=REDACTOR, door=f"otlp_{signal}", encoding="json", data=data, received_ns=1
    )


def pieces(request: dict[str, Any], size: int) -> Iterable[dict[str, Any]]:
    """The request as several of at most `size` spans."""
    for block in request["resourceSpans"]:
        for group in block["scopeSpans"]:
            for at in range(0, len(group["spans"]), size):
                yield {"resourceSpans": [{**block, "scopeSpans": [{**group, "spans": group["spans"][at : at + size]}]}]}


def shuffled(request: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same spans in another order."""
    chance = random.Random(seed)
    blocks = []
    for block in request["resourceSpans"]:
        groups = []
        for group in block["scopeSpans"]:
            spans = list(group["spans"])
            chance.shuffle(spans)
            groups.append({**group, "spans": spans})
        blocks.append({**block, "scopeSpans": groups})
    return {"resourceSpans": blocks}


NOTES = ("warnings", "repairs", "redactions")
"""What the doors say they changed."""


def dump(project_id: int, *, without: tuple[str, ...] = ()) -> bytes:
    """Everything stored in a project once it is computed, without keys and sequence numbers, in canonical order."""
    recompute_missions(list(Mission.objects.filter(project_id=project_id).values_list("id", flat=True)))
    missions = {}
    for mission in Mission.objects.filter(project_id=project_id):
        spans = list_spans(mission.id, mission.key)
        records = read_spans(project_id, [row.pk for row in spans])
        logs = list_logs(mission.id, mission.key)
        if not spans and not logs:
            continue  # a key that came late took its records
        missions[mission.key] = {
            "name": mission.name,
            "is_inferred": mission.is_inferred,
            "user": [mission.user_id, mission.user_said_ns],
            "spans": sorted(
                msgspec.json.encode([_bare(row, without), _content(records[row.pk], without)], order="sorted")
                for row in spans
            ),
            "llm_calls": _rows(list_llm_calls(mission.id, mission.key)),
            "tool_calls": _rows(list_tool_calls(mission.id, mission.key)),
            "logs": _rows(logs),
            "snapshots": _rows(list_snapshots(mission.id, mission.key)),
            "state": [
                msgspec.json.encode(entry.value, order="sorted")
                for entry in list_state(project_id, mission.id, mission.key)
            ],
        }
    return msgspec.json.encode(missions, order="sorted")


def _rows(rows: Iterable[Any]) -> list[bytes]:
    return sorted(msgspec.json.encode(_bare(row), order="sorted") for row in rows)


def _bare(row: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    fields = msgspec.structs.asdict(row)
    return {key: value for key, value in fields.items() if key not in ("pk", "change_seq", "requested_by", *without)}


def _content(record: Any, without: tuple[str, ...] = ()) -> Any:
    fields = msgspec.to_builtins(record)
    fields["attributes"] = {key: repr(value) for key, value in record.attributes.items()}
    return {key: value for key, value in fields.items() if key not in without}
