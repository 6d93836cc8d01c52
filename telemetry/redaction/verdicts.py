"""What each text, name, number and blob of one batch becomes. Any failure withholds the text it happened in."""

import logging
from collections.abc import Callable, Collection, Sequence

from telemetry.redaction.assignments import judge
from telemetry.redaction.counting import WITHHELD_TEXT, Counts, Redacted, add, is_tight, replace
from telemetry.redaction.headers import is_name
from telemetry.redaction.hits import Hit
from telemetry.redaction.keys import CONTEXTUAL, Secrecy, secrecy
from telemetry.redaction.pseudonyms import Pseudonyms
from telemetry.redaction.scanners import Place
from telemetry.redaction.searching import Search

log = logging.getLogger(__name__)

_LEAST_NUMBER = 3
_AGAIN = 3


class Verdicts:
    """Judges the texts of one batch, each once."""

    def __init__(self, search: Search, pseudonyms: Pseudonyms) -> None:
        self._search = search
        self._pseudonyms = pseudonyms
        self._changed: dict[str, Redacted] = {}
        self._told: dict[str, Secrecy] = {}
        self._contextual: set[str] = set()
        self._under: dict[tuple[str, str], Redacted | None] = {}
        self._raw: dict[bytes, tuple[bytes, Counts]] = {}

    def gather(self, texts: Collection[str], names: Collection[str], raw: Collection[bytes]) -> bool:
        """Searches all texts in one pass. False: nothing of the batch can change."""
        for name in names:
            sure = secrecy(name)
            if sure is not Secrecy.NONE:
                self._told[name] = sure
            elif CONTEXTUAL.search(name) is not None:
                self._contextual.add(name)
        self._search_all([*texts, *names])
        for value in raw:
            self._search_raw(value)
        return bool(self._changed or self._told or self._contextual or self._raw)

    def text(self, text: str, name: str) -> Redacted | None:
        """What this text under this name becomes; None: it stays."""
        if name and (name in self._told or name in self._contextual):
            key = (text, name)
            if key not in self._under:
                self._under[key] = self._text_under(text, name)
            return self._under[key]
        return self._changed.get(text)

    def name(self, name: str) -> Redacted | None:
        """What this name becomes; None: it stays."""
        return self._changed.get(name)

    def inherited(self, name: str) -> str:
        """The name when what is inside its value is secret too, else empty."""
        return name if self._sure(name) >= Secrecy.TEXT else ""

    def is_header(self, name: str, value: object) -> bool:
        """Whether `[name, value]` is a secret header or entry rather than a list of two words."""
        if self._sure(name) < Secrecy.TEXT:
            return False
        return isinstance(value, dict) or (isinstance(value, str) and not is_name(value))

    def number(self, value: float, name: str) -> Redacted | None:
        """What this number under this name becomes; None: it stays."""
        written = str(value)
        if self._sure(name) is not Secrecy.ANY:
            return self.text(written, name) if name in self._contextual else None
        if sum(map(str.isdigit, written)) < _LEAST_NUMBER:
            return None
        return Redacted(self._pseudonyms.token("secret", written), {"secret": 1})

    def raw(self, value: bytes, name: str) -> tuple[bytes, Counts] | None:
        """What these bytes under this name become; None: they stay."""
        if name and self._sure(name) >= Secrecy.TEXT and value:
            token = self._pseudonyms.token("secret", value.decode("latin-1"))
            return token.encode(), {"secret": 1}
        return self._raw.get(value)

    def _sure(self, name: str) -> Secrecy:
        return self._told.get(name) or secrecy(name)

    def _search_all(self, texts: Sequence[str]) -> None:
        places: dict[int, Sequence[Place]]
        try:
            places = dict(self._search.places(texts))
        except Exception as error:  # the scan itself failed: each text is searched alone, or withheld
            log.warning("redaction scan failed: %s", type(error).__name__)
            for text in texts:
                self._keep(text, self._guarded(lambda alone=text: self._search.hits(alone), text))  # type: ignore[misc]
            return
        for index, found in places.items():
            text = texts[index]
            if self._search.is_header_name(found) and (sure := secrecy(text)) is not Secrecy.NONE:
                self._told[text] = sure
            self._keep(text, self._guarded(lambda alone=text, at=found: self._search.hits_at(alone, at), text))  # type: ignore[misc]

    def _keep(self, text: str, redacted: Redacted | None) -> None:
        if redacted is not None:
            self._changed[text] = redacted

    def _guarded(self, find: Callable[[], list[Hit]], text: str) -> Redacted | None:
        """The text with what `find` finds replaced; None: nothing found; withheld whole when anything fails."""
        try:
            hits = find()
            return self._settled(text, hits) if hits else None
        except Exception as error:  # fail closed: a text that could not be searched is not stored
            log.warning("redaction withheld a text: %s", type(error).__name__)
            return WITHHELD_TEXT

    def _settled(self, text: str, hits: list[Hit]) -> Redacted:
        """The text replaced, and searched again where a token now stands right beside a word.

        There it may have uncovered something (`…7654 32+49 30 123456`); a second redaction must find no more.
        """
        redacted = replace(text, hits, self._pseudonyms)
        for _again in range(_AGAIN):
            if not is_tight(text, hits):
                break
            text, hits = redacted.text, self._search.hits(redacted.text)
            if not hits:
                break
            more = replace(text, hits, self._pseudonyms)
            add(more.counts, redacted.counts)
            redacted = more
        return redacted

    def _text_under(self, text: str, name: str) -> Redacted | None:
        sure = self._told.get(name)
        if sure is None:
            prefix = f"{name}: "
            return self._guarded(
                lambda: [
                    hit._replace(start=hit.start - len(prefix), end=hit.end - len(prefix))
                    for hit in self._search.hits(prefix + text, context=len(prefix))
                ],
                text,
            )
        told = self._guarded(lambda: [hit] if (hit := judge(text, 0, len(text), name, sure)) else [], text)
        return told or self._changed.get(text)

    def _search_raw(self, value: bytes) -> None:
        try:
            text, code = value.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            text, code = value.decode("latin-1"), "latin-1"
        redacted = self._guarded(lambda: self._search.hits(text), text)
        if redacted is not None:
            self._raw[value] = (redacted.text.encode(code, "replace"), redacted.counts)
