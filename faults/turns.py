"""One at a time: who writes events or groups of a project."""

from typing import Any


def take_turn(cursor: Any, project_id: int) -> None:
    """Nobody else writes this project's events and groups until the transaction ends."""
    cursor.execute(
        "INSERT INTO faults_turn (project_id, number) VALUES (%s, 1)"
        " ON CONFLICT (project_id) DO UPDATE SET number = faults_turn.number + 1",
        [project_id],
    )
