"""The one door: nothing a machine sent is stored, indexed, logged or shown before it came through here."""

from telemetry.records import AttributeValue, Decoded
from telemetry.redaction.counting import Counts
from telemetry.redaction.gathering import Gathered
from telemetry.redaction.pseudonyms import WITHHELD, Pseudonyms
from telemetry.redaction.rewriting import Rewriter
from telemetry.redaction.searching import Search
from telemetry.redaction.verdicts import Verdicts


class Redactor:
    """Takes secrets and personal data out of what one project receives.

    Idempotent; the same value becomes the same token under the same key. Safe to share between
    threads. Fails closed: a text that cannot be searched comes back as `WITHHELD`, counted as
    `withheld`. Linear in the length of the text. See docs/redaction.md for what is found.
    """

    def __init__(self, key: bytes, *, standard: bool = False) -> None:
        """`key` is the project's secret for pseudonyms, any length above 0; `standard` does without Hyperscan."""
        self._pseudonyms = Pseudonyms(key)
        self._search = Search(standard=standard)

    def redact(self, decoded: Decoded) -> Decoded:
        """The request with every text in it redacted and `redactions` set on the records that changed.

        Records without anything to redact are the same objects; so is the whole when all are.
        Raises nothing of its own; whatever does come out leaves no raw text behind.
        """
        gathered = Gathered()
        gathered.batch(decoded)
        verdicts = Verdicts(self._search, self._pseudonyms)
        if not verdicts.gather(gathered.texts, gathered.names, gathered.raw) and not gathered.is_cut:
            return decoded
        return Rewriter(verdicts).batch(decoded)

    def redact_text(self, text: str, *, attribute_key: str = "") -> tuple[str, Counts]:
        """The text as it may be stored, and kind to how many were replaced.

        `attribute_key` is the name the text is the value of: `password` makes all of it secret,
        `phone` makes a bare number a phone number.
        """
        value, counts = self.redact_value(text, attribute_key)
        return str(value), counts

    def redact_value(self, value: AttributeValue, key: str = "") -> tuple[AttributeValue, Counts]:
        """A value of any shape as it may be stored, and kind to how many were replaced. Unchanged parts are kept."""
        try:
            gathered = Gathered()
            gathered.value(value)
            verdicts = Verdicts(self._search, self._pseudonyms)
            names = gathered.names | {key} if key else gathered.names
            if not verdicts.gather(gathered.texts, names, gathered.raw):
                return value, {}
            return Rewriter(verdicts).value(value, key)
        except RecursionError:
            return WITHHELD, {"withheld": 1}
