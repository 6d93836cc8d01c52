"""One at a time: who writes events or groups of a project; and the number of its last change of a group."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction

from faults.models import Turn

listeners: list[Callable[[int], None]] = []
"""Functions of packages above, told the project after the commit of each change of its groups."""


def take_turn(cursor: Any, project_id: int) -> None:
    """Nobody else writes this project's events and groups until the transaction ends."""
    cursor.execute(
        "INSERT INTO faults_turn (project_id, number) VALUES (%s, 0)"
        " ON CONFLICT (project_id) DO UPDATE SET number = faults_turn.number",
        [project_id],
    )


def count_change(cursor: Any, project_id: int) -> None:
    """Groups of the project have changed. The caller has the turn, so numbers follow the order of commits."""
    cursor.execute("UPDATE faults_turn SET number = number + 1 WHERE project_id = %s", [project_id])
    transaction.on_commit(partial(_tell, project_id))


def get_last_change(project_id: int) -> int:
    """The number of the last change of a group of the project."""
    return Turn.objects.filter(project_id=project_id).values_list("number", flat=True).first() or 0


def _tell(project_id: int) -> None:
    for listener in listeners:
        listener(project_id)
