"""Follows one connection: which answer belongs to which request, and what of both is to be recorded.

It sees copies of bytes that have already been passed on. Whatever happens here, the relay goes on.
"""

from collections import deque
from collections.abc import Callable
from functools import partial

from core.nanotime import now_ns
from core.traceparent import find_trace_id
from tap.budget import Capture
from tap.captured import CUT, RECORD_BYTES, WHOLE, Captured, Part
from tap.exchange import Exchange, Recorder
from tap.framing import Framer
from tap.head import Framing, Malformed, RequestHead, read_answer_head, read_request_head
from tap.routes import BODY, FRAME, KINDS_WITH_SOCKETS, MESSAGES, SOCKET, Route, find_route
from tap.websocket import FrameReader

MAX_OPEN = 100
"""Requests of a connection that wait for their answers. Beyond, the connection is no longer followed."""
MAX_PATH_CHARACTERS = 300


class Watch:
    """Both directions of one connection to the service `kind`."""

    def __init__(self, kind: str, recorder: Recorder) -> None:
        self.kind, self.recorder = kind, recorder
        self.open: deque[Exchange] = deque()
        """Requests whose answer is not complete, the oldest first."""
        self.is_blind = False
        """Whether it could not be followed any further."""
        self.is_switched = False
        """Whether it speaks something else than HTTP now."""
        self._answers = Answers(self)
        self.requests, self.answers = Framer(Requests(self)), Framer(self._answers)

    @property
    def is_busy(self) -> bool:
        """Whether a request waits for its answer, as far as is known."""
        return bool(self.open) or self.is_blind

    @property
    def is_cut(self) -> bool:
        """Whether an end now would cut off an answer, as far as is known."""
        return self.is_blind or self.is_switched or any(not exchange.is_answer_ended for exchange in self.open)

    def see_request(self, data: bytes) -> None:
        """Bytes from the caller; none: it sends no more."""
        self._see(self.requests, data)

    def see_answer(self, data: bytes) -> None:
        """Bytes from the service; none: it sends no more."""
        self._see(self.answers, data)

    def close(self) -> None:
        """The connection is gone: what is open stays without an answer, or with part of it."""
        while self.open:
            self._finish(self.open.popleft())
        self._answers.close()

    def complete_first(self) -> None:
        """Record the oldest exchange once both its sides have come."""
        if self.open and self.open[0].is_request_ended and self.open[0].is_answer_ended:
            self._finish(self.open.popleft())

    def record_frame(self, capture: Capture) -> None:
        """Record a text frame of a WebSocket."""
        now, budget = now_ns(), self.recorder.budget
        if capture.has_room and capture.size_bytes <= self.recorder.max_body_bytes and budget.take(RECORD_BYTES):
            request = capture.end(WHOLE, "")
            self.recorder.put(Captured(self.kind, SOCKET, MESSAGES, FRAME, "", "", request, Part(), None, now, now))
            return
        is_large = capture.size_bytes > self.recorder.max_body_bytes
        capture.let_go()
        self.recorder.leave_out(self.kind, SOCKET, "too_large" if is_large else "no_room", capture.size_bytes)

    def _see(self, framer: Framer, data: bytes) -> None:
        if self.is_blind:
            return
        try:
            if data:
                framer.feed(data)
            else:
                framer.finish()
        except Malformed:
            self._give_up("unreadable")
        except Exception:  # the relay must go on whatever is wrong here; it is counted
            self._give_up("failed")

    def _give_up(self, reason: str) -> None:
        self.is_blind = True
        self.close()
        self.recorder.leave_out(self.kind, "connection", reason)

    def _finish(self, exchange: Exchange) -> None:
        route, size_bytes = exchange.route, exchange.request.size_bytes + exchange.answer.size_bytes
        if route is None:
            exchange.let_go()
        elif not exchange.has_room or not self.recorder.budget.take(RECORD_BYTES):
            exchange.let_go()
            self.recorder.leave_out(self.kind, route.path, "no_room", size_bytes)
        else:
            self._put(exchange, route)

    def _put(self, exchange: Exchange, route: Route) -> None:
        head = exchange.head
        if route.form == BODY:
            exchange.answer.let_go()
            answer = Part()
        else:
            answer = exchange.answer.end(WHOLE if exchange.is_answer_ended else CUT, exchange.answer_coding)
        coding = head.headers.get(b"content-encoding", b"").decode("latin-1").lower()
        request = exchange.request.end(WHOLE if exchange.is_request_ended else CUT, coding)
        path = head.path[:MAX_PATH_CHARACTERS]
        self.recorder.put(
            Captured(
                kind=self.kind,
                what=route.path,
                door=route.door,
                form=route.form,
                method=head.method,
                path=path,
                request=request,
                answer=answer,
                status=exchange.status,
                started_ns=exchange.started_ns,
                ended_ns=now_ns(),
                traceparent=_read_traceparent(head),
            )
        )


def _read_traceparent(head: RequestHead) -> str:
    text = head.headers.get(b"traceparent", b"").decode("latin-1")
    return text if find_trace_id(text) else ""


class Requests:
    """Hears of the caller's messages."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def on_head(self, block: bytes) -> Framing:
        """A request begins."""
        head = read_request_head(block)
        if len(self._watch.open) >= MAX_OPEN:
            raise Malformed("too many open requests")
        route = find_route(self._watch.kind, head.method, head.path)
        self._watch.open.append(Exchange(head, route, self._watch.recorder.make_capture))
        return head.framing

    def on_body(self, part: memoryview) -> None:
        """Of the request that began last."""
        if self._watch.open[-1].route is not None:
            self._watch.open[-1].request.add(part)

    def on_end(self) -> None:
        """The request that began last is complete."""
        self._watch.open[-1].is_request_ended = True
        self._watch.complete_first()


class Answers:
    """Hears of the service's messages. Each belongs to the oldest request that has no answer."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._is_interim = False
        self._frames: FrameReader | None = None
        self._on_body: Callable[[memoryview], None] = self._capture

    def on_head(self, block: bytes) -> Framing:
        """An answer begins; 1xx are followed by another one, 101 by something else than HTTP."""
        if not self._watch.open or self._watch.open[0].is_answer_ended:
            raise Malformed("an answer to no request")
        exchange = self._watch.open[0]
        head = read_answer_head(block, method=exchange.head.method)
        self._is_interim = head.status < 200 and head.status != 101
        if not self._is_interim:
            exchange.status = head.status
            exchange.answer_coding = head.headers.get(b"content-encoding", b"").decode("latin-1").lower()
        if head.status == 101:
            self._switch(head.headers)
        return head.framing

    def on_body(self, part: memoryview) -> None:
        """Of the answer that began last."""
        self._on_body(part)

    def on_end(self) -> None:
        """The answer that began last is complete."""
        if self._watch.open and not self._is_interim:
            self._watch.open[0].is_answer_ended = True
            self._watch.complete_first()

    def close(self) -> None:
        """Keep nothing of a message that has begun."""
        if self._frames is not None:
            self._frames.close()

    def _capture(self, part: memoryview) -> None:
        exchange = self._watch.open[0]
        if exchange.route is not None and exchange.route.form != BODY:
            exchange.answer.add(part)

    def _switch(self, headers: dict[bytes, bytes]) -> None:
        watch = self._watch
        watch.is_switched = True
        watch.requests.ignore_the_rest()
        watch.open[0].is_answer_ended = True
        watch.complete_first()
        watch.close()
        self._on_body = _ignore
        if headers.get(b"upgrade", b"").lower() == b"websocket" and watch.kind in KINDS_WITH_SOCKETS:
            leave_out = partial(watch.recorder.leave_out, watch.kind, SOCKET)
            self._frames = FrameReader(watch.recorder.make_capture, watch.record_frame, leave_out)
            self._on_body = self._frames.feed


def _ignore(_part: memoryview) -> None:
    """What follows a switch to an unknown protocol."""
