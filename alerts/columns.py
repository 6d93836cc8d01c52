"""What columns of several tables hold: matchers, names, keys of users."""

from collections.abc import Iterable

import msgspec

from accounts.models import User
from alerts.records import Matcher


def read_matchers(text: str) -> tuple[Matcher, ...]:
    """Matchers as a column holds them."""
    return tuple(msgspec.json.decode(text, type=list[Matcher]))


def read_texts(text: str) -> tuple[str, ...]:
    """Names as a column holds them."""
    return tuple(msgspec.json.decode(text, type=list[str]))


def list_user_names(pks: Iterable[int | None]) -> dict[int | None, str]:
    """Names of users by key; of nobody there is none."""
    wanted = {pk for pk in pks if pk is not None}
    return dict(User.objects.filter(id__in=wanted).values_list("id", "username")) if wanted else {}
