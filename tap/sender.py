"""Takes what waits, has it encoded, and posts it until MissionScope has it: in a thread that no caller waits for."""

import threading
import time

import structlog

from core.nanotime import now_ns
from tap.budget import Budget
from tap.captured import Captured, LeftOut
from tap.door import JSON, Answer, Door
from tap.encoder import Encoder, EncoderDied
from tap.encoding import Packed
from tap.losses import Losses
from tap.report import LOGS, pack_report
from tap.waiting import Waiting

logger = structlog.get_logger("missionscope.tap")

LOOK_S = 1.0
"""How often it looks whether something was left out, while nothing comes."""
GATHER_S = 0.2
"""How long a first record waits for others."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
REPORT_AGAIN_S = 5.0
"""After MissionScope did not take a report of what was left out."""
CLOSING_WAIT_S = 0.5
"""Between attempts once the tap is to end."""
END_S = 0.5
"""How long a request that is under way may still take when time is over."""


class Sender:
    """One thread from `start` until `finish`."""

    def __init__(self, waiting: Waiting, budget: Budget, losses: Losses, door: Door, encoder: Encoder) -> None:
        self._waiting, self._budget, self._losses = waiting, budget, losses
        self._door, self._encoder = door, encoder
        self._thread = threading.Thread(target=self._run, name="tap-sender", daemon=True)
        self._is_closing = threading.Event()
        """Set when nothing more comes: no more long waits."""
        self._is_over = threading.Event()
        """Set when there is no time for another attempt."""
        self._in_hand: list[Captured] = []
        self._is_away = False
        self._report_at_s = 0.0

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def finish(self, patience_s: float) -> None:
        """Send what is left while patience lasts; what then remains is told in the log. Nothing may be put now."""
        self._waiting.close()
        self._is_closing.set()
        self._thread.join(patience_s)
        self._is_over.set()
        self._thread.join(END_S)
        self._leave_out([*self._in_hand, *self._waiting.take_all()], "undelivered")
        self._losses.log()

    def _run(self) -> None:
        self._encoder.start()
        while not self._waiting.is_done and not self._is_over.is_set():
            batch = self._waiting.take(wait_s=LOOK_S, gather_s=GATHER_S)
            try:
                self._in_hand = batch
                self._send(batch)
            except Exception as error:  # the next batch must go on; this one is counted
                logger.error("tap.batch_failed", error=type(error).__name__)
                self._leave_out(batch, "failed")
            self._in_hand = []
            self._budget.give_back(sum(captured.cost_bytes for captured in batch))
            self._tell_losses()
        self._tell_losses()
        self._encoder.close()

    def _send(self, batch: list[Captured]) -> None:
        if not batch:
            return
        try:
            encoded = self._encoder.encode(batch)
        except EncoderDied:
            self._leave_out(batch, "encoder_died")
            return
        for left_out in encoded.left_out:
            self._losses.add(left_out)
        for packed in encoded.packed:
            self._deliver(packed, [batch[place] for place in packed.places])

    def _deliver(self, packed: Packed, batch: list[Captured]) -> None:
        answer = self._post_until_answered(packed)
        if answer is None:
            self._leave_out(batch, "undelivered")
        elif answer.status == 413 and len(batch) > 1:
            half = len(batch) // 2
            self._send(batch[:half])
            self._send(batch[half:])
        elif not answer.is_taken:
            self._leave_out(batch, f"refused_{answer.status}")
        elif answer.rejected:
            # MissionScope keeps the reasons itself.
            logger.warning("tap.records_rejected", door=packed.door, count=answer.rejected)

    def _post_until_answered(self, packed: Packed) -> Answer | None:
        """The answer that settles it; None when time is over."""
        wait_s = FIRST_WAIT_S
        while not self._is_over.is_set():
            answer = self._door.post(packed.door, packed.body)
            if not answer.is_retryable:
                self._note_away(None)
                return answer
            self._note_away(answer)
            self._pause(wait_s if answer.wait_s is None else answer.wait_s)
            wait_s = min(LONGEST_WAIT_S, 2 * wait_s)
        return None

    def _pause(self, wait_s: float) -> None:
        """Wait before another attempt; not long once the tap is to end."""
        if not self._is_closing.wait(wait_s):
            return
        self._is_over.wait(min(wait_s, CLOSING_WAIT_S))

    def _note_away(self, answer: Answer | None) -> None:
        """Say once when MissionScope stops taking records, and once when it takes them again."""
        if answer is not None and not self._is_away:
            logger.warning("tap.missionscope_away", status=answer.status)
        if answer is None and self._is_away:
            logger.info("tap.missionscope_back")
        self._is_away = answer is not None

    def _tell_losses(self) -> None:
        """Tell MissionScope what was left out; it comes back to the counts when it is not taken."""
        if self._is_over.is_set() or (time.monotonic() < self._report_at_s and not self._is_closing.is_set()):
            return
        taken = self._losses.take()
        if not taken:
            return
        answer = self._door.post(LOGS, pack_report(taken, time_ns=now_ns()), JSON)
        if not answer.is_taken:
            self._losses.put_back(taken)
            self._report_at_s = time.monotonic() + max(REPORT_AGAIN_S, answer.wait_s or 0.0)

    def _leave_out(self, batch: list[Captured], reason: str) -> None:
        for captured in batch:
            self._losses.add(_leave_out(captured, reason))


def _leave_out(captured: Captured, reason: str) -> LeftOut:
    size_bytes = captured.request.size_bytes + captured.answer.size_bytes
    return LeftOut(captured.kind, captured.what, reason, 1, size_bytes)
