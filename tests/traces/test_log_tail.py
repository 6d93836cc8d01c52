"""Who follows the log records misses none, in whatever order writers commit, and whatever is not indexed yet."""

import time
from collections.abc import Callable

import pytest
from django.db import transaction

from accounts.models import Project
from ingest import commit
from search.indexing import index_pending
from search.log_lines import find_first_waiting, find_lines
from tests.ingest.delivery import prepared
from tests.ingest.test_two_writers import WAIT_S, in_thread
from tests.traces.sending import line, request, send
from traces.log_tail import TailPlace, decode_place, get_tail_place, look_ahead, read_tail
from traces.project_logs import LogQuery

pytestmark = pytest.mark.django_db(transaction=True)


class Follower:
    """Reads what comes, as the page does."""

    def __init__(self, project_id: int, limit: int = 500) -> None:
        self.project_id, self.limit = project_id, limit
        self.place: TailPlace = get_tail_place()
        self.seen: dict[int, str] = {}
        self.has_more = False

    def read(self) -> list[str]:
        """The lines that are new now, latest first."""
        reached = look_ahead(self.place)
        page = read_tail(self.project_id, LogQuery(), self.place, reached, limit=self.limit)
        self.place, self.has_more = decode_place(page.place.encode()), page.has_more
        fresh = [row for row in page.rows if row.pk not in self.seen]
        self.seen |= {row.pk: row.body for row in fresh}
        return [row.body for row in fresh]

    def settle(self) -> list[str]:
        """What comes until nothing is unsettled."""
        found, deadline = self.read(), time.monotonic() + WAIT_S
        while not self.place.is_settled:
            assert time.monotonic() < deadline
            time.sleep(0.01)
            found += self.read()
        return found


@pytest.fixture
def project() -> int:
    return int(Project.objects.create(slug="p", name="p").pk)


def test_lines_come_once_in_the_order_of_time(project: int) -> None:
    send(project, line(1, "before"))
    follower = Follower(project)
    follower.settle()
    send(project, line(3, "third"), line(5, "fifth"))
    send(project, line(4, "fourth"))
    send(int(Project.objects.create(slug="o", name="o").pk), line(4, "another project's"))
    found = follower.settle()
    assert [each for each in found if each != "before"] == ["fifth", "fourth", "third"]
    assert follower.settle() == []


def test_too_many_at_once_are_said(project: int) -> None:
    follower = Follower(project, limit=3)
    follower.settle()
    send(project, *(line(at) for at in range(5)))
    follower.read()
    assert follower.has_more


def test_a_line_that_is_not_indexed_yet_comes_when_it_is(project: int) -> None:
    send(project, line(1, "an old needle"))
    index_pending()
    place = get_tail_place()
    send(project, line(2, "a needle"))
    found: set[str] = set()
    deadline = time.monotonic() + WAIT_S
    while not (place.is_settled and found):
        assert time.monotonic() < deadline
        reached = look_ahead(place)
        waiting = find_first_waiting(project)
        match = find_lines(project, "needle")
        page = read_tail(project, LogQuery(match=match), place, reached, waiting_pk=waiting)
        found |= {row.body for row in page.rows if row.body != "an old needle"}
        assert waiting is None or not page.place.is_settled
        place = page.place
        index_pending()
    assert found == {"a needle"}


def writing(project_id: int, *bodies: str) -> Callable[[], None]:
    """Stores lines within the transaction that is open."""
    records = [line(len(body), body) for body in bodies]
    return lambda: commit._store([prepared(project_id, request(*records), "logs")]) and None


@pytest.mark.only_on("postgresql")
def test_a_commit_that_comes_after_later_keys_is_not_missed(project: int) -> None:
    send(project, line(0, "old"))
    follower = Follower(project)
    follower.settle()
    with transaction.atomic():
        writing(project, "slow 1", "slow 2")()
        in_thread(lambda: send(project, line(9, "quick")))()
        in_thread_found: list[str] = []
        in_thread(lambda: in_thread_found.extend(follower.read()))()
        assert in_thread_found == ["quick"]
        in_thread(lambda: in_thread_found.extend(follower.read()))()
        assert in_thread_found == ["quick"]
        assert not follower.place.is_settled
    assert sorted(follower.settle()) == ["slow 1", "slow 2"]
    assert follower.settle() == []


@pytest.mark.only_on("postgresql")
def test_who_begins_while_a_writer_is_at_work_misses_nothing(project: int) -> None:
    followers: list[Follower] = []
    send(project, line(0, "old"))  # with the texts that all share: else one writer waits for the other's
    with transaction.atomic():
        writing(project, "slow")()
        in_thread(lambda: send(project, line(9, "quick")))()
        in_thread(lambda: followers.append(Follower(project)))()
        assert not followers[0].place.is_settled
    assert sorted(followers[0].settle()) == ["old", "quick", "slow"]
    assert followers[0].settle() == []


@pytest.mark.only_on("postgresql")
def test_keys_of_a_writer_that_gave_up_do_not_hold_back(project: int) -> None:
    follower = Follower(project)
    with transaction.atomic():
        writing(project, "never")()
        transaction.set_rollback(True)
    in_thread(lambda: send(project, line(9, "quick")))()
    assert follower.settle() == ["quick"]
    assert follower.place.is_settled


@pytest.mark.only_on("postgresql")
def test_two_busy_writers_lose_nothing(project: int) -> None:
    follower = Follower(project, limit=10_000)
    follower.settle()
    joins = [
        in_thread(lambda who=who: [send(project, line(at, f"{who} {at}")) for at in range(40)]) for who in ("a", "b")
    ]
    deadline = time.monotonic() + WAIT_S
    while len(follower.seen) < 80 and time.monotonic() < deadline:
        follower.read()
    for join in joins:
        join()
    follower.settle()
    assert sorted(follower.seen.values()) == sorted(f"{who} {at}" for who in ("a", "b") for at in range(40))
