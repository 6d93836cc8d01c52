"""What log records tell of missions themselves: the last statistics of one, the goals of several."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from telemetry.facts.records import MissionFact, decode_facts
from telemetry.stage7.statistics import STATISTICS
from traces.contents import read_logs
from traces.models import TOLD_OF_MISSIONS

MOST_WORDS = 50
"""Of a mission that are looked at for its goal: the earliest."""
# The names stand in the text: only so SQLite takes the index of these records.
_TOLD = "event_name IN ({})".format(", ".join(f"'{name}'" for name in TOLD_OF_MISSIONS))
_LAST = f"""
SELECT id FROM traces_log WHERE {_TOLD} AND mission_id = %s AND event_name = %s AND time_ns <= %s
ORDER BY time_ns DESC, id DESC LIMIT 1
"""
_WORDS = f"""
SELECT mission_id, data FROM (
    SELECT told.mission_id, fact.data, row_number() OVER (PARTITION BY told.mission_id ORDER BY time_ns, id) AS place
    FROM (SELECT id, mission_id, time_ns FROM traces_log WHERE {_TOLD} AND mission_id IN ({{marks}})) AS told
    JOIN (SELECT log_pk, data FROM plans_fact) AS fact ON fact.log_pk = told.id
) AS words WHERE place <= {MOST_WORDS} ORDER BY mission_id, place
"""
_LATEST_NS = 2**63 - 1


def read_statistics(project_id: int, mission_pk: int, at_ns: int | None = None) -> Mapping[str, Any]:
    """What the last statistics say beside agents: llmCalls, engineerStatistics ...; empty when none were told."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [mission_pk, STATISTICS, _LATEST_NS if at_ns is None else at_ns])
        pks = [row[0] for row in cursor.fetchall()]
    bodies = [record.body for record in read_logs(project_id, pks).values()]
    return bodies[0] if bodies and isinstance(bodies[0], Mapping) else {}


def read_goals(mission_pks: Sequence[int]) -> dict[int, str]:
    """By mission: the first goal that is told of it, cut."""
    goals: dict[int, str] = {}
    if not mission_pks:
        return goals
    with connection.cursor() as cursor:
        cursor.execute(_WORDS.format(marks=", ".join(["%s"] * len(mission_pks))), list(mission_pks))
        for mission_pk, data in cursor.fetchall():
            for fact in decode_facts(bytes(data)):
                if isinstance(fact, MissionFact) and fact.goal:
                    goals.setdefault(mission_pk, fact.goal)
    return goals
