"""MissionScope's doors, from the tap's side: one request and what its answer means."""

import http.client
from typing import NamedTuple
from urllib.parse import SplitResult

import msgspec

MAX_ANSWER_BYTES = 1024 * 1024
LONGEST_WAIT_S = 60.0
_RETRYABLE = frozenset((408, 425, 429, 500, 502, 503, 504))
NDJSON, JSON = "application/x-ndjson", "application/json"


class Answer(NamedTuple):
    """What came back."""

    status: int | None
    """None: MissionScope was not reached, or did not answer in time."""
    wait_s: float | None
    """How long it asks to wait."""
    rejected: int = 0
    """Records that it did not take, of a request that it took."""

    @property
    def is_taken(self) -> bool:
        """Whether the request needs not be sent again."""
        return self.status == 200

    @property
    def is_retryable(self) -> bool:
        """Whether the same request may be taken later."""
        return self.status is None or self.status in _RETRYABLE


class Door:
    """Posts to one MissionScope with one key. One caller at a time; waits at most the time-out for each step."""

    def __init__(self, url: SplitResult, key: str, *, timeout_s: float) -> None:
        self._is_https, self._netloc, self._path = url.scheme == "https", url.netloc, url.path
        self._key, self._timeout_s = key, timeout_s

    def post(self, path: str, packed: bytes, content_type: str = NDJSON) -> Answer:
        """Post gzip bytes. Raises nothing for what goes wrong on the way."""
        try:
            return self._post(path, packed, content_type)
        except (OSError, http.client.HTTPException):
            return Answer(None, None)

    def _post(self, path: str, packed: bytes, content_type: str) -> Answer:
        kind = http.client.HTTPSConnection if self._is_https else http.client.HTTPConnection
        connection = kind(self._netloc, timeout=self._timeout_s)
        headers = {
            "Authorization": f"Bearer {self._key}",
            "Content-Type": content_type,
            "Content-Encoding": "gzip",
            "Connection": "close",
        }
        try:
            connection.request("POST", self._path + path, packed, headers)
            response = connection.getresponse()
            body = response.read(MAX_ANSWER_BYTES)
            return Answer(response.status, _read_wait(response.getheader("Retry-After")), _count_rejected(body))
        finally:
            connection.close()


def _read_wait(text: str | None) -> float | None:
    digits = (text or "").strip()
    return min(float(digits), LONGEST_WAIT_S) if digits.isascii() and digits.isdigit() else None


def _count_rejected(body: bytes) -> int:
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return 0
    if not isinstance(answer, dict):
        return 0
    count, listed = answer.get("rejected_count"), answer.get("rejected")
    if isinstance(count, int):
        return count  # there are more than are listed
    return len(listed) if isinstance(listed, list) else 0
