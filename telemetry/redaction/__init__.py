"""Secrets and personal data taken out of everything that arrives, before anything else sees it."""

from telemetry.redaction.pseudonyms import WITHHELD
from telemetry.redaction.redactor import Redactor

__all__ = ["WITHHELD", "Redactor"]
