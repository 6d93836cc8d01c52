"""Addresses of things, made without a request."""

from traces.wire import mission_url


def mission_path(mission_id: str) -> str:
    """The page of one mission. The id is a sender's own text, so every character outside the safe ones is encoded."""
    return mission_url(mission_id)
