"""What changed in a project's firings after a cursor, in the order of commits."""

import msgspec

from alerts.selectors import get_firing_cursor, list_changed_firings
from alerts.wire import firing_json
from live.feeds import Delta, Found, Resync

FRAME_RECORDS = 500


def read_alert_feed(project_id: int, after: int, until: int | None = None) -> Found:
    """The next changes; a firing that changed twice comes once, as it is now."""
    last = get_firing_cursor(project_id)
    if after > last:
        return Resync(last, 0)
    last = last if until is None else min(last, until)
    if after >= last:
        return Delta(after, after, "")
    rows = list_changed_firings(project_id, after, until_seq=last, limit=FRAME_RECORDS + 1)
    horizon = last
    if len(rows) > FRAME_RECORDS:  # changes of one window share a number, and a frame holds all of it
        horizon = rows[FRAME_RECORDS].change_seq - 1
        rows = [row for row in rows if row.change_seq <= horizon]
    if not rows and horizon > after:
        return _delta(after, horizon, [])
    if not rows:  # one number has more changes than a frame: the viewer reads all of it by REST
        return Resync(last, last)
    return _delta(after, horizon, [{"type": "alert", **firing_json(row)} for row in rows])


def _delta(after: int, horizon: int, records: list[dict[str, object]]) -> Delta:
    frame = {"type": "delta", "cursor": str(horizon), "records": records}
    return Delta(after, horizon, msgspec.json.encode(frame).decode() if records else "")
