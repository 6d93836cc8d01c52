"""Two processes bring points of the same new series to PostgreSQL at the same time."""

import pytest
from django.db import transaction

from accounts.models import Project
from ingest import commit
from metrics.models import Point, Series
from metrics.rolling import roll_up
from tests.ingest.test_two_writers import in_thread, wait_for_a_waiter
from tests.metrics.pushing import at, metric, point, prepared, push, request, values

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]


def test_a_series_that_both_bring_is_one_and_no_point_is_lost() -> None:
    project = Project.objects.create(slug="p", name="p").pk
    first, second = (request(metric("gauge", point(at(0, second), asInt="1"))) for second in (1, 2))
    with transaction.atomic():
        commit._store([prepared(project, first)])
        join = in_thread(lambda: push(project, second))
        wait_for_a_waiter()
    join()
    assert (Series.objects.count(), Point.objects.count()) == (1, 2)


def test_what_is_stored_while_a_minute_is_rolled_up_is_rolled_up_next() -> None:
    project = Project.objects.create(slug="p", name="p").pk
    push(project, request(metric("gauge", point(at(0, 1), asInt="1"))))
    with transaction.atomic():
        commit._store([prepared(project, request(metric("gauge", point(at(0, 2), asInt="3"))))])
        in_thread(roll_up)()
    assert values(project, "count", 1) == [1.0]
    roll_up()
    assert values(project, "count", 1) == [2.0]
