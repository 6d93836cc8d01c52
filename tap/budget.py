"""How many bytes of what passed may be kept at one time, in all connections and the queue together."""

import threading

from tap.captured import TOO_LARGE, WHOLE, Part


class Budget:
    """Counts bytes up to a limit. Any thread."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit, self._used = limit_bytes, 0
        self._lock = threading.Lock()

    @property
    def used_bytes(self) -> int:
        """What is kept now."""
        return self._used

    def take(self, size_bytes: int) -> bool:
        """Whether there is room; if so it is taken."""
        with self._lock:
            if self._used + size_bytes > self._limit:
                return False
            self._used += size_bytes
            return True

    def give_back(self, size_bytes: int) -> None:
        """Room that was taken is free again."""
        with self._lock:
            self._used -= size_bytes


class Capture:
    """A body as it comes, within a limit of its own and the budget. What is beyond either is counted, not kept."""

    def __init__(self, budget: Budget, limit_bytes: int) -> None:
        self._budget, self._limit = budget, limit_bytes
        self._data = bytearray()
        self.size_bytes = 0
        self.has_room = True
        """Whether the budget had room for it; when not, nothing of it is kept."""

    def add(self, part: memoryview) -> None:
        """The next bytes."""
        self.size_bytes += len(part)
        if not self.has_room:
            return
        if self.size_bytes > self._limit:
            self.let_go()
        elif self._budget.take(len(part)):
            self._data += part
        else:
            self.let_go()
            self.has_room = False

    def let_go(self) -> None:
        """Keep nothing of it."""
        self._budget.give_back(len(self._data))
        self._data = bytearray()

    def end(self, state: str, coding: str) -> Part:
        """What was kept; its room stays taken. The state is how it ended: WHOLE or CUT."""
        if state == WHOLE and self.size_bytes <= self._limit:
            data, self._data = bytes(self._data), bytearray()
            return Part(data, self.size_bytes, WHOLE, coding)
        self.let_go()
        return Part(b"", self.size_bytes, TOO_LARGE if self.size_bytes > self._limit else state, coding)
