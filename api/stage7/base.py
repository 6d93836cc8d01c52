"""What the views in stage7's shapes share: errors that its components understand, their parameters, their missions."""

from collections.abc import Callable, Sequence

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import get_request_sight
from api.parameters import flag_parameter, get_choice, get_one, get_text, invalid, text_parameter
from api.views.missions import get_mission
from telemetry.stage7.values import read_time_ns
from traces.records import MissionRow

NANOSECONDS_FROM = 10**16
"""Numbers from here on are nanoseconds; as milliseconds they would be the year 318,857."""
LAST_NS = 2**63 - 1
WORDS = ("reported", "effective")

STATUS = text_parameter(
    "status", "Of steps: `effective` for what became of them, else the word that was reported.", WORDS
)
FULL = flag_parameter("full", "Whole values, 16 MiB of them at most; else previews.")
AT = text_parameter("at", "As it was known at this time: nanoseconds, milliseconds since 1970, or ISO 8601.")
MISSION_ID = text_parameter(
    "missionId",
    "In this mission, which what only spans tell of needs; without it in the newest that has one and may be seen.",
)


class Stage7View(APIView):
    """A view whose errors also say `error` and `message`."""

    def handle_exception(self, exc: Exception) -> Response:
        """The same answer as everywhere, with its sentence by the names that stage7's components look for."""
        answer = super().handle_exception(exc)
        if isinstance(answer.data, dict) and "detail" in answer.data:
            answer.data = answer.data | {"error": answer.data["detail"], "message": answer.data["detail"]}
        return answer


def get_at(request: Request) -> int | None:
    """The time asked for, in nanoseconds; None for now. Raises InvalidInput."""
    text = get_one(request, "at").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 19:
        number = int(text)
        time_ns = number if NANOSECONDS_FROM <= number <= LAST_NS else read_time_ns(number)
    else:
        # A plus sign of a zone is a space in an address where it was not encoded.
        time_ns = read_time_ns(text.replace(" ", "+") if "T" in text else text)
    if time_ns is None:
        raise invalid("at", "must be nanoseconds, milliseconds since 1970, or an ISO 8601 time")
    return time_ns


def find_missions(
    request: Request, search: Callable[[int, str, str | None], Sequence[MissionRow]], name: str
) -> tuple[int, Sequence[MissionRow]]:
    """The project, and the mission that is asked for or those in which to look for what is called so."""
    mission_id = get_text(request, "missionId")
    if mission_id:
        project_id, mission = get_mission(request, mission_id)
        return project_id, [mission]
    sight = get_request_sight(request)
    return sight.project_pk, search(sight.project_pk, name, sight.user_id)


def wants_effective(request: Request) -> bool:
    """Are steps to say what became of them? Raises InvalidInput."""
    return get_choice(request, "status", WORDS) == "effective"
