"""Which requests are recorded, at which door of MissionScope, and in which form. All others only pass."""

from typing import NamedTuple

EXCHANGE, BODY, FRAME = "exchange", "body", "frame"

STORE_DATA = "/api/v1/stage7/storeData"
BRAIN = "/api/v1/stage7/brain"
PLUGINS = "/api/v1/stage7/plugins"
MESSAGES = "/api/v1/stage7/messages"
STATISTICS = "/api/v1/stage7/statistics"

SOCKET = "WebSocket"
"""What frames are called where a request has its path."""
POLLED = "/getUserInputResponse/"
"""Asked over and over until somebody has answered: only then it says something."""
SILENT_FRAMES = frozenset(("CONNECTION_CONFIRMED", "RECONNECT_SUCCESS"))
"""Types of frames that say nothing of a mission."""


class Route(NamedTuple):
    """Requests of one sort."""

    method: str
    path: str
    """All of it, or its beginning when it ends in a slash."""
    door: str
    form: str = EXCHANGE


ROUTES: dict[str, tuple[Route, ...]] = {
    "librarian": (
        Route("POST", "/storeData", STORE_DATA, BODY),
        Route("POST", "/storeOutput", STORE_DATA, BODY),
    ),
    "brain": (
        Route("POST", "/chat", BRAIN),
        Route("POST", "/generate", BRAIN),
        Route("POST", "/reportLogicFailure", BRAIN),
        Route("POST", "/feedback", BRAIN),
    ),
    "capabilitiesmanager": (Route("POST", "/executeAction", PLUGINS),),
    "postoffice": (
        Route("POST", "/message", MESSAGES),
        Route("POST", "/sendMessage", MESSAGES),
        Route("POST", "/createMission", MESSAGES),
        Route("POST", "/loadMission", MESSAGES),
        Route("POST", "/sendUserInputRequest", MESSAGES),
        Route("POST", "/submitUserInput", MESSAGES),
        Route("GET", POLLED, MESSAGES),
    ),
}
KINDS_WITH_SOCKETS = frozenset(("postoffice",))


def find_route(kind: str, method: str, path: str) -> Route | None:
    """The route of a request to the service `kind`; None: it only passes."""
    for route in ROUTES[kind]:
        if route.method == method and (path.startswith(route.path) if route.path.endswith("/") else path == route.path):
            return route
    return None
