"""What is away is told once, and so is its return."""

import logging

import pytest

from core.outages import Outage, OutageFilter

AWAY, BACK = "Redis is away: nobody is told", "Redis is back: all are told"


@pytest.fixture
def outage() -> Outage:
    return Outage(logging.getLogger("tests.outages"), away=AWAY, back=BACK)


def test_each_outage_is_told_once_and_so_is_its_end(outage, caplog):
    outage.end()
    for _ in range(2):
        for _ in range(3):
            outage.begin(ConnectionRefusedError("port 1"))
        assert outage.is_on
        for _ in range(3):
            outage.end()
        assert not outage.is_on
    assert [record.message for record in caplog.records] == [AWAY, BACK] * 2
    assert caplog.records[0].error == "ConnectionRefusedError: port 1"
    assert caplog.records[1].away_s >= 0


@pytest.fixture
def library(outage):
    logger = logging.getLogger("tests.library")
    shortening = OutageFilter(outage, ConnectionError)
    logger.addFilter(shortening)
    yield logger
    logger.removeFilter(shortening)


def test_a_library_that_tells_of_it_at_each_try_is_heard_once(library, outage, caplog):
    for _ in range(3):
        try:
            try:
                raise ConnectionRefusedError("port 1")
            except ConnectionError as error:
                raise RuntimeError("not sent") from error
        except RuntimeError:
            library.exception("unexpected")
        library.error("cannot connect: %s", ConnectionResetError("gone"))
    assert [record.message for record in caplog.records] == [AWAY]
    outage.end()
    assert caplog.records[-1].message == BACK


def test_its_other_lines_are_written(library, outage, caplog):
    library.error("plain %s", "text")
    library.error("named %(what)s", {"what": "text"})
    try:
        raise ValueError("odd")
    except ValueError:
        library.exception("unexpected")
    assert [record.message for record in caplog.records] == ["plain text", "named text", "unexpected"]
    assert not outage.is_on
