"""What a door for machines is, and what all of them answer when they refuse."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from accounts.records import KeyAccess
from core.errors import MissionScopeError, NotAuthenticated
from ingest.commit import Outcome
from ingest.prepare import Prepared

Headers = tuple[tuple[bytes, bytes], ...]


class Problem(Exception):
    """Ends a request with an answer that is no success."""

    def __init__(self, status: int, code: str, sentence: str, headers: Headers = ()) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence, self.headers = status, code, sentence, headers

    @classmethod
    def of(cls, error: MissionScopeError, headers: Headers = ()) -> "Problem":
        """The answer to one of our errors."""
        return cls(error.status, error.code, error.detail, headers)


class Door(ABC):
    """One address that machines send to: how its bodies are written, and its answers.

    How a body becomes records is `ingest.decoding`'s, by the door's name, because it happens in any process.
    """

    name: str
    """Names the door in rejections and in `ingest.decoding`."""
    encodings: ClassVar[dict[str, str]]
    """Content type to encoding."""
    default_encoding: ClassVar[str] = "json"
    """Of an answer to a request whose content type is not known."""
    sentence_415: ClassVar[str]
    """What to send instead."""
    scope: ClassVar[str] = "ingest"
    """What a key must allow."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_encoding(self, media_type: str) -> str | None:
        """How a body of this content type is read; None: not here."""
        return self.encodings.get(media_type)

    def find_key(self, headers: Mapping[bytes, bytes], query: bytes) -> str:
        """The key of a request. Raises NotAuthenticated."""
        kind, _, value = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        key = value.strip() if kind.lower() == "bearer" else headers.get(b"x-api-key", b"").decode("latin-1").strip()
        if not key:
            raise NotAuthenticated("An API key is needed: Authorization: Bearer KEY, or x-api-key: KEY.")
        return key

    def admit(self, access: KeyAccess, path: str, query: bytes) -> KeyAccess:
        """The same access. Raises AccessDenied when the key may not be used this way."""
        return access

    def list_headers(self, problem: Problem | None) -> Headers:
        """Headers of an answer beside those that all have; `problem` is None for success."""
        return ()

    @abstractmethod
    def get_media_type(self, encoding: str) -> str:
        """The content type of answers."""

    @abstractmethod
    def encode_answer(self, encoding: str, prepared: Prepared, outcome: Outcome) -> bytes:
        """What is answered after the commit. May raise Problem when nothing could be kept."""

    @abstractmethod
    def encode_problem(self, encoding: str, problem: Problem) -> bytes:
        """The body of any other answer."""
