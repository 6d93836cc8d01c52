"""Names of feeds. Each holds the project, so nobody hears of another's missions."""

WAKES = "live-wakes"
"""The Channels group in which processes tell each other which feeds have moved."""


def mission_group(project_id: int, mission_pk: int) -> str:
    """The feed of one mission."""
    return f"mission.{project_id}.{mission_pk}"


def list_group(project_id: int) -> str:
    """The feed of a project's list of missions."""
    return f"missions.{project_id}"


def user_list_feed(project_id: int, user_id: str) -> str:
    """The feed of one user's missions: woken with the project's list, read by itself."""
    return f"{list_group(project_id)}.{user_id}"


def logs_group(project_id: int) -> str:
    """The feed of a project's log records."""
    return f"logs.{project_id}"


def errors_group(project_id: int) -> str:
    """The feed of a project's errors."""
    return f"errors.{project_id}"


def alerts_group(project_id: int) -> str:
    """The feed of a project's alerts."""
    return f"alerts.{project_id}"
