"""What the tests of the samples share."""

from collections.abc import Iterator

import pytest

from tests.demo.recorder import Recorder


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """A server on loopback that takes OTLP and remembers it."""
    started = Recorder()
    yield started
    started.close()
