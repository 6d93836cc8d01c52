"""What views that change something share: their schema, and the row that they answer."""

from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema

from api.fields import ERRORS
from api.parameters import PROJECT_PARAMETER
from core.errors import NotFound

Row = TypeVar("Row")


def writes(form: Any, answer: Any, status: int = 200) -> Any:
    """The schema of a request that changes something."""
    return extend_schema(request=form, responses={status: answer, **ERRORS}, parameters=[PROJECT_PARAMETER])


def found(row: Row | None, what: str) -> Row:
    """The row; NotFound when there is none."""
    if row is None:
        raise NotFound(f"There is no such {what} in this project.")
    return row
