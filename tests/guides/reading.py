"""What MissionScope has of the run of a guide's programs."""

import time
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from tests.blackbox.client import SETTLED_S, Reader, mission_path


class Told(NamedTuple):
    """One mission."""

    name: str
    spans: list[Any]
    logs: list[Any]
    printed: str = ""

    @property
    def path(self) -> str:
        return mission_path(self.name)

    def span(self, name: str, **wanted: str) -> Any:
        """The only one of this name."""
        [found] = [each for each in self.spans if each["name"] == name and wanted.items() <= each.items()]
        return found

    def error_groups(self, reader: Reader) -> list[Any]:
        """Error groups that this mission has events in, once there are any."""
        deadline = time.monotonic() + SETTLED_S
        while time.monotonic() < deadline:
            found = [
                group
                for group in reader.items("/api/v1/errors/")
                if any(
                    event["mission_id"] == self.name for event in reader.items(f"/api/v1/errors/{group['id']}/events/")
                )
            ]
            if found:
                return found
            time.sleep(0.2)
        raise AssertionError("no error group has an event of this mission")


def read_level(reader: Reader, metric: str, service: str, is_right: Callable[[float], bool] = lambda _: True) -> float:
    """The newest value that the service pushed, once there is one that is right."""
    asked = {"name": metric, "aggregation": "last", "filter": f"service={service}"}
    deadline = time.monotonic() + SETTLED_S
    while time.monotonic() < deadline:
        lines = reader.read("/api/v1/metrics/", **asked)["results"]
        known = [value for line in lines for _, value in line["points"] if value is not None]
        if known and is_right(known[-1]):
            return float(known[-1])
        time.sleep(0.2)
    raise AssertionError(f"{service} did not push {metric}")


def read_total(reader: Reader, metric: str, aggregation: str, label: str = "") -> float:
    """What all that was measured in the last hour comes to, once there is any; for counts and sums."""
    asked = {"name": metric, "aggregation": aggregation} | ({"filter": label} if label else {})
    deadline = time.monotonic() + SETTLED_S
    while time.monotonic() < deadline:
        lines = reader.read("/api/v1/metrics/", **asked)["results"]
        known = [value for line in lines for _, value in line["points"] if value]
        if known:
            return float(sum(known))
        time.sleep(0.2)
    raise AssertionError(f"nothing of {metric} was measured")


def read_told(reader: Reader, name: str, *, spans: int, events: Collection[str] = ()) -> Told:
    """The mission, once it has so many spans and log records with these event names."""
    deadline = time.monotonic() + SETTLED_S
    while time.monotonic() < deadline:
        if reader.get(mission_path(name)).status_code == 200 and len(reader.spans(name)) >= spans:
            told = Told(name, reader.spans(name), reader.logs(name))
            if set(events) <= {line["event_name"] for line in told.logs}:
                return told
        time.sleep(0.2)
    raise AssertionError(f"spans: {[each['name'] for each in reader.spans(name)]}")
