"""Whose mission it is: the word of the earliest record that names a user, so the order of arrival does not matter.

A new record can only bring an earlier word, which `membership.hold_missions` keeps. When records have changed or moved
the rows are asked. Of words of the same time the least text counts, byte by byte on both databases.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from core.bulk import POSTGRESQL
from telemetry.meaning import LogMeaning, SpanMeaning

NEVER = 2**63 - 1
"""Stands for an unknown start when the earliest is looked for."""
LONGEST_ID = 200
"""Characters. A longer text names nobody: cut, two users could be taken for one."""
# Each part is read off an index of rows that name a user.
_EARLIEST = """
SELECT said_ns, user_id FROM (
    SELECT * FROM (
        SELECT start_ns AS said_ns, user_id FROM traces_span
        WHERE mission_id = %s AND user_id IS NOT NULL AND start_ns IS NOT NULL
        ORDER BY start_ns, user_id{bytewise} LIMIT 1
    ) AS timed
    UNION ALL SELECT * FROM (
        SELECT %s AS said_ns, user_id FROM traces_span
        WHERE mission_id = %s AND user_id IS NOT NULL AND start_ns IS NULL ORDER BY user_id{bytewise} LIMIT 1
    ) AS timeless
    UNION ALL SELECT * FROM (
        SELECT time_ns AS said_ns, user_id FROM traces_log
        WHERE mission_id = %s AND user_id IS NOT NULL ORDER BY time_ns, user_id{bytewise} LIMIT 1
    ) AS logged
) AS words ORDER BY said_ns, user_id{bytewise} LIMIT 1
"""
_WRITE = """
UPDATE traces_mission SET user_id = %s, user_said_ns = %s
WHERE id = %s AND NOT (coalesce(user_id, '') = %s AND coalesce(user_said_ns, -1) = %s)
"""


class UserWord(NamedTuple):
    """A user and the time of the record that names it. The least one counts."""

    time_ns: int
    user_id: str


def find_short_id(text: str) -> str | None:
    """An id that a record names; None when it names none."""
    return text if 0 < len(text) <= LONGEST_ID else None


def find_user_id(meaning: SpanMeaning | LogMeaning) -> str | None:
    """The user a record names; None when it names none."""
    return find_short_id(meaning.user_id)


def find_user_word(meaning: SpanMeaning | LogMeaning, time_ns: int | None) -> UserWord | None:
    """What a record says of its mission's user."""
    user_id = find_user_id(meaning)
    return None if user_id is None else UserWord(NEVER if time_ns is None else time_ns, user_id)


def earlier_user(vendor: str) -> str:
    """SQL of an upsert: is the word that comes before the one that is there?"""
    return (
        "excluded.user_id IS NOT NULL AND (traces_mission.user_id IS NULL"
        " OR excluded.user_said_ns < traces_mission.user_said_ns"
        " OR (excluded.user_said_ns = traces_mission.user_said_ns"
        f" AND excluded.user_id{_bytewise(vendor)} < traces_mission.user_id{_bytewise(vendor)}))"
    )


def assign_users(cursor: Any, mission_pks: Iterable[int]) -> None:
    """Give these missions to the users that their rows name. They are held by this transaction."""
    earliest = _EARLIEST.format(bytewise=_bytewise(cursor.db.vendor))
    for pk in sorted(mission_pks):
        cursor.execute(earliest, [pk, NEVER, pk, pk])
        time_ns, user_id = cursor.fetchone() or (None, None)
        cursor.execute(_WRITE, [user_id, time_ns, pk, user_id or "", -1 if time_ns is None else time_ns])


def _bytewise(vendor: str) -> str:
    return ' COLLATE "C"' if vendor == POSTGRESQL else ""
