"""A made run of stage7, sent through the real doors to a started server."""

from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from tests.api.conftest import Asker
from tests.api.stage7.run import Run, new_run
from tests.blackbox.json_doors import JsonSender


class Told(NamedTuple):
    """A server that was told of a run."""

    asker: Asker
    run: Run

    def send(self, door: str, *items: Any) -> None:
        """Objects to one of stage7's doors."""
        sender = JsonSender(self.asker.url, self.asker.http.headers["authorization"][7:], f"/api/v1/stage7/{door}")
        assert sender.send(list(items)) == {"accepted": len(items), "rejected": []}
        sender.close()

    def read(self, rest: str, **parameters: Any) -> Any:
        """Something of the run's mission."""
        return self.asker.read(f"/api/v1/stage7/missions/{quote(self.run.mission, safe='')}/{rest}", **parameters)

    def step(self, word: str, **parameters: Any) -> Any:
        """A step of the run, wherever it is."""
        return self.asker.read(f"/api/v1/stage7/step/{quote(self.run.id(word), safe='')}", **parameters)


@pytest.fixture
def fresh(asker: Asker) -> Told:
    """A run of which nothing was told yet."""
    return Told(asker, new_run())


@pytest.fixture(scope="session")
def made(asker: Asker) -> Told:
    """A run that was told to its end."""
    told = Told(asker, new_run())
    told.send("storeData", *told.run.bodies())
    told.send("messages", told.run.question())
    asker.until_computed()
    return told
