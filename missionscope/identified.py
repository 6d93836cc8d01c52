"""Which mission, agent or step a request asks about, for the lines of the log and the span of the request."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from opentelemetry import trace

from core.logs import add_logged_ids
from missionscope.shown import show_text

NAMES = {"mission_id": "mission.id", "agent_id": "agent.id", "step_id": "step.id"}
"""Parts of addresses that are ids, and the attributes of spans that hold them."""


class IdentifiedMiddleware:
    """Hears the parts of the address once Django has understood it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, _request: HttpRequest, _view: object, _arguments: object, named: dict[str, Any]) -> None:
        """Before the view: its lines are to say the ids too."""
        found = {name: show_text(str(named[name])) for name in NAMES if named.get(name)}
        add_logged_ids(**found)
        for name, value in found.items():
            trace.get_current_span().set_attribute(NAMES[name], value)
