"""Reads how pages' WebSockets ended: the code is in the record's attributes, so its whole content is opened."""

from typing import Any

from metrics.derive.measuring import CLOSINGS
from metrics.derive.rows import Closing
from traces.contents import iterate_logs

CODES = ("websocket.close_code", "websocket.close.code", "close_code", "closeCode", "code")
"""Attributes that hold it; the first that is there counts. The last three are what browsers and libraries call it."""


def read_closings(cursor: Any, project_id: int, since_ns: int, until_ns: int, most: int | None = None) -> list[Closing]:
    """Those in [since, until); `most` of them, the newest."""
    limit = "" if most is None else f" ORDER BY time_ns DESC LIMIT {int(most)}"
    cursor.execute(
        "SELECT id, time_ns, mission_id, service_name, severity_number FROM traces_log WHERE project_id = %s"
        f" AND time_ns >= %s AND time_ns < %s AND event_name IN (%s, %s){limit}",
        [project_id, since_ns, until_ns, *CLOSINGS],
    )
    rows = cursor.fetchall()
    opened = iterate_logs(project_id, [row[0] for row in rows])
    codes = {pk: _find_code(record.attributes) for pk, record in opened}
    return [Closing(*(*row[1:], codes.get(row[0]))) for row in rows]


def _find_code(attributes: Any) -> int | None:
    """A number, or a text of one."""
    told = next((attributes[name] for name in CODES if name in attributes), None)
    text = str(told)
    return int(text) if not isinstance(told, bool) and text.isascii() and text.isdigit() and len(text) <= 5 else None
