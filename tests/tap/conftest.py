"""What the tests of the tap share."""

from collections.abc import Iterator

import pytest

from tests.tap.missionscope import MissionScope
from tests.tap.process import PlainService


@pytest.fixture
def missionscope() -> Iterator[MissionScope]:
    """Plays MissionScope."""
    plays = MissionScope()
    yield plays
    plays.close()


@pytest.fixture
def service() -> Iterator[PlainService]:
    """A service of stage7's kind."""
    plays = PlainService()
    yield plays
    plays.close()
