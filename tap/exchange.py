"""What is kept of an exchange while it goes on, and where it goes when it is over."""

from collections.abc import Callable

from core.nanotime import now_ns
from tap.budget import Budget, Capture
from tap.captured import Captured, LeftOut
from tap.head import RequestHead
from tap.losses import Losses
from tap.routes import Route


class Exchange:
    """A request and what has come of its answer."""

    def __init__(self, head: RequestHead, route: Route | None, make_capture: Callable[[], Capture]) -> None:
        self.head, self.route = head, route
        self.started_ns = now_ns()
        self.status: int | None = None
        self.answer_coding = ""
        self.request, self.answer = make_capture(), make_capture()
        self.is_request_ended = self.is_answer_ended = False

    @property
    def has_room(self) -> bool:
        """Whether the budget had room for both bodies."""
        return self.request.has_room and self.answer.has_room

    def let_go(self) -> None:
        """Keep nothing of its bodies."""
        self.request.let_go()
        self.answer.let_go()


class Recorder:
    """Where everything that was seen goes: into the queue, or into the counts of what was left out."""

    def __init__(self, budget: Budget, losses: Losses, put: Callable[[Captured], None], max_body_bytes: int) -> None:
        self.budget, self.losses, self.put = budget, losses, put
        self.max_body_bytes = max_body_bytes

    def make_capture(self) -> Capture:
        """For one body."""
        return Capture(self.budget, self.max_body_bytes)

    def leave_out(self, kind: str, what: str, reason: str, size_bytes: int = 0) -> None:
        """Count one thing that is not recorded."""
        self.losses.add(LeftOut(kind, what, reason, 1, size_bytes))
