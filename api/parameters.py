"""Query parameters, checked: what is odd is answered 400 with the parameter's name."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from core.errors import FieldError, InvalidInput

MOST = 1000
USUAL = 100
LAST_64 = 2**63 - 1
LONGEST_TEXT = 1000
MONEY = r"([0-9]{1,15}(\.[0-9]{1,15})?)?"
NUMBER = "^([0-9]{1,18}|[0-8][0-9]{18})?$"
"""Of the numbers that are accepted, those a pattern can tell in a line; an empty one does not restrict."""


def invalid(field: str, message: str) -> InvalidInput:
    """One parameter that cannot be accepted."""
    return InvalidInput(errors=(FieldError(field, message),))


def get_one(request: Request, name: str) -> str:
    """The parameter as it came, empty when absent; given twice it is refused."""
    given = request.query_params.getlist(name)
    if len(given) > 1:
        raise invalid(name, "must be given once")
    return str(given[0]) if given else ""


def get_text(request: Request, name: str) -> str:
    """A text, empty when absent. NUL and lone surrogates are in no stored text."""
    text = get_one(request, name)
    if len(text) > LONGEST_TEXT:
        raise invalid(name, f"must have at most {LONGEST_TEXT} characters")
    return text.replace("\0", "\u2400").encode(errors="replace").decode()


def get_number(request: Request, name: str) -> int | None:
    """A 64-bit number of at least 0; None when absent."""
    text = get_one(request, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > LAST_64:
        raise invalid(name, f"must be a whole number from 0 to {LAST_64}")
    return int(text)


def get_money(request: Request, name: str) -> Decimal | None:
    """An amount of at least 0, without an exponent; None when absent."""
    text = get_one(request, name)
    if not text:
        return None
    if not re.fullmatch(MONEY, text):
        raise invalid(name, "must be an amount such as 0.25")
    return Decimal(text)


def get_limit(request: Request) -> int:
    """Results of a page, at least 1; more than 1000 are 1000."""
    text = get_one(request, "limit")
    if "limit" not in request.query_params:
        return USUAL
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        raise invalid("limit", f"must be a whole number from 1 to {MOST}")
    return MOST if len(text.lstrip("0")) > len(str(MOST)) else min(int(text), MOST)


def get_flag(request: Request, name: str) -> bool | None:
    """true or false; None when absent."""
    text = get_one(request, name).lower()
    if text in ("", "any"):
        return None
    if text in ("1", "true", "yes"):
        return True
    if text in ("0", "false", "no"):
        return False
    raise invalid(name, "must be true or false")


def get_choices(request: Request, name: str, known: Sequence[str]) -> tuple[str, ...]:
    """One or several of the known words, separated by commas or repeated."""
    words = [word for text in request.query_params.getlist(name) for word in text.split(",") if word]
    for word in words:
        if word not in known:
            raise invalid(name, f"must be one of {', '.join(known)}")
    return tuple(dict.fromkeys(words))


def get_choice(request: Request, name: str, known: Sequence[str], default: str = "") -> str:
    """One of the known words, whatever its case; `default` when absent."""
    text = get_one(request, name)
    if not text:
        return default
    found = next((word for word in known if word.lower() == text.lower()), None)
    if found is None:
        raise invalid(name, f"must be one of {', '.join(known)}")
    return found


def get_hex(request: Request, name: str, digits: int) -> str:
    """An id of so many hexadecimal digits, in lower case; empty when absent."""
    text = get_one(request, name).lower()
    if text and (len(text) != digits or set(text) - set("0123456789abcdef")):
        raise invalid(name, f"must be {digits} hexadecimal digits")
    return text


def text_parameter(name: str, description: str, enum: Sequence[str] | None = None) -> OpenApiParameter:
    """A text, in the schema."""
    schema: dict[str, Any] = {"type": "string", "enum": [*enum, ""]} if enum else {"type": "string", "maxLength": 1000}
    return OpenApiParameter(name, schema, description=description)


def choices_parameter(name: str, description: str, known: Sequence[str]) -> OpenApiParameter:
    """One or several of the known words, in the schema."""
    schema = {"type": "array", "items": {"type": "string", "enum": [*known, ""]}}
    return OpenApiParameter(name, schema, description=description, style="form", explode=False)


def flag_parameter(name: str, description: str) -> OpenApiParameter:
    """true or false, in the schema."""
    return OpenApiParameter(name, bool, description=description)


def number_parameter(name: str, description: str) -> OpenApiParameter:
    """A 64-bit number as decimal text, in the schema."""
    return OpenApiParameter(name, {"type": "string", "pattern": NUMBER}, description=description)


def money_parameter(name: str, description: str) -> OpenApiParameter:
    """An amount as decimal text, in the schema."""
    return OpenApiParameter(name, {"type": "string", "pattern": f"^{MONEY}$"}, description=description)


def hex_parameter(name: str, description: str, digits: int) -> OpenApiParameter:
    """A trace's or span's id, in the schema."""
    schema = {"type": "string", "pattern": f"^([0-9a-fA-F]{{{digits}}})?$"}
    return OpenApiParameter(name, schema, description=description)


PAGE_PARAMETERS = [
    OpenApiParameter("limit", {"type": "integer", "minimum": 1}, description=f"Results of a page; at most {MOST}."),
    OpenApiParameter("cursor", str, description="From `next` of the page before. Opaque."),
]
PROJECT_PARAMETER = OpenApiParameter(
    "project", str, description="Slug, with a login; the one last chosen when left out. A key has its project."
)
