"""Messages leave the program: what people wrote into names and notes goes through redaction, as telemetry did."""

from functools import lru_cache

import msgspec

from accounts.models import Project
from alerts.messages import Alert, Message
from telemetry.redaction import Redactor


@lru_cache(maxsize=64)
def _get_redactor(key: bytes) -> Redactor:
    return Redactor(key)


class Cleaner:
    """Redacts as the project does."""

    def __init__(self, project: Project) -> None:
        self._redactor = _get_redactor(bytes(project.redaction_key))
        self._known: dict[str, str] = {}

    def text(self, text: str) -> str:
        """The text without secrets and personal data."""
        if text not in self._known:
            self._known[text] = self._redactor.redact_text(text)[0]
        return self._known[text]

    def clean(self, message: Message) -> Message:
        """The same message, every text of it redacted but those that we made ourselves."""
        return msgspec.structs.replace(
            message,
            project=self.text(message.project),
            subject=self.text(message.subject),
            alerts=tuple(map(self._alert, message.alerts)),
        )

    def _alert(self, alert: Alert) -> Alert:
        return msgspec.structs.replace(
            alert,
            rule=self.text(alert.rule),
            title=self.text(alert.title),
            note=self.text(alert.note),
            labels={name: self.text(value) for name, value in alert.labels.items()},
            missions=tuple(map(self.text, alert.missions)),
        )
