"""What tests of stage7's doors share: they know MissionScope by its address and key alone."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

PATIENCE_S = 90.0
"""A tap that was refused waits up to 30 s before it tries again, and the machine may be busy."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.server)


class Told:
    """What MissionScope says over REST."""

    def __init__(self, url: str, key: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60, headers={"Authorization": f"Bearer {key}"}, trust_env=False)

    def read(self, path: str) -> Any:
        """JSON, or None for 404."""
        answer = self.http.get(path)
        assert answer.status_code in (200, 404), answer.text[:300]
        return answer.json() if answer.status_code == 200 else None

    def mission(self, mission_id: str, rest: str = "") -> Any:
        """One thing of a mission; of lists, all results."""
        found = self.read(f"/api/v1/missions/{quote(mission_id, safe='')}/{rest}")
        return found["results"] if found is not None and "results" in found else found

    def until(self, read: Callable[[], Any]) -> Any:
        """What `read` gives, when that is something."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := read()):
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.1)
        return found

    def until_settled(self) -> None:
        """Until no totals are behind and no record waits for its mission."""
        self.until(lambda: not any(check.get("waiting") for check in self.read("/readyz")["checks"]))
