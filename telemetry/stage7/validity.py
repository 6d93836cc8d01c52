"""Is an answer that should be JSON really JSON, and where is it broken?"""

import json
from typing import Any

import msgspec

_MOST_CHARACTERS = 16 << 20
_JSON_TYPES = frozenset({"texttojson", "json", "text/json"})


class JsonCheck(msgspec.Struct, frozen=True):
    """What a parser says about an answer."""

    is_valid: bool
    error: str = ""
    position: int | None = None
    """Characters before the place where it breaks."""
    line: int | None = None
    column: int | None = None


def wants_json(conversation_type: str, response_type: str) -> bool:
    """Was JSON asked for?"""
    return conversation_type.lower() in _JSON_TYPES or response_type.lower() in _JSON_TYPES


def check_json(answer: Any) -> JsonCheck:
    """An answer that is no text arrived decoded, so it is valid; None and empty text are not."""
    if answer is not None and not isinstance(answer, str):
        return JsonCheck(True)
    text = answer or ""
    if len(text) > _MOST_CHARACTERS:
        return JsonCheck(False, "too long to be checked")
    try:
        _decoder.decode(text.strip())
    except json.JSONDecodeError as error:
        place = error.pos + len(text) - len(text.lstrip())
        line = text.count("\n", 0, place) + 1
        return JsonCheck(False, error.msg, place, line, place - (text.rfind("\n", 0, place) + 1) + 1)
    except (RecursionError, ValueError) as error:
        return JsonCheck(False, "nested too deeply" if isinstance(error, RecursionError) else str(error))
    return JsonCheck(True)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


_decoder = json.JSONDecoder(parse_constant=_refuse, parse_int=str, parse_float=str)
"""Numbers stay texts: only the shape matters, and a number of a million digits costs nothing."""
