"""What people and programs give, read in a form of msgspec; what is wrong with it is said in our own words. Pure."""

import re
from typing import Any, Literal, get_args, get_origin

import msgspec

from core.errors import FieldError, InvalidInput

MOST_ERRORS = 20
LONGEST_FIELD = 200
AMOUNT = r"^[0-9]{1,12}(\.[0-9]{1,12})?$"
_PATTERNS = {repr(AMOUNT): "must be a number such as 12.50, of at most 12 digits before and after the point"}
_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at (?P<key>`key` in )?`\$(?P<path>[^`]*)`)?", re.DOTALL)
_FIELD = re.compile(r"Object (?P<how>missing required|contains unknown) field `(?P<name>.*)`", re.DOTALL)
_EXPECTED = re.compile(
    r"Expected `(?P<type>\w+)[^`]*`"
    r"(?:(?P<length> of length)? (?P<side>[<>]=) (?P<bound>[-+.\de]+)"
    r"| matching regex (?P<pattern>.*)|, got `(?P<got>\w+)`)?",
    re.DOTALL,
)
_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_PARTS = {"str": "characters", "array": "items", "object": "items"}


def read_form(form: type[msgspec.Struct], given: Any, path: str = "") -> Any:
    """The value in a form. Raises InvalidInput that names every field that cannot stay as it is."""
    try:
        msgspec.json.encode(given)
        return msgspec.convert(given, form)
    except msgspec.ValidationError as error:
        found = _list_errors(form, given, path) if isinstance(given, dict) else []
        raise InvalidInput(errors=tuple(found[:MOST_ERRORS]) or (_describe(str(error), path, form),)) from None
    except (OverflowError, RecursionError, UnicodeError):
        raise InvalidInput(errors=(FieldError(path, "holds what cannot be stored"),)) from None


def _list_errors(form: type[msgspec.Struct], given: dict[str, Any], path: str) -> list[FieldError]:
    """msgspec stops at the first error: whoever fills in a form wants to hear of all."""
    fields, found = msgspec.structs.fields(form), []
    for field in fields:
        place = _below(path, field.name)
        if field.name in given:
            try:
                msgspec.convert(given[field.name], field.type)
            except msgspec.ValidationError as error:
                found.append(_describe(str(error), place, field.type))
        elif field.required:
            found.append(FieldError(place, "is missing"))
    known = {field.name for field in fields}
    return found + [FieldError(_below(path, str(name)), "is not known here") for name in given if name not in known]


def _describe(message: str, place: str, shape: Any) -> FieldError:
    found = _MESSAGE.fullmatch(message)
    what, key, path = found.groups(default="") if found else (message, "", "")
    if about := _FIELD.fullmatch(what):
        words = "is missing" if about["how"].startswith("missing") else "is not known here"
        return FieldError(_below(f"{place}{path}".lstrip("."), about["name"]), words)
    part = "each name " if key else "each value " if path.endswith("[...]") else ""
    field = f"{place}{path.removesuffix('[...]')}".lstrip(".")
    return FieldError(field[:LONGEST_FIELD], f"{part}{_say(what, shape)}")


def _below(path: str, name: str) -> str:
    return (f"{path}.{name}" if path else name)[:LONGEST_FIELD]


def _say(what: str, shape: Any) -> str:
    """What msgspec says of a value, as people would."""
    if what.startswith("Invalid enum value"):
        return f"must be one of {', '.join(map(str, _list_choices(shape)))}"
    found = _EXPECTED.fullmatch(what)
    if found is None:
        return "is too large a number" if what.endswith("out of range") else "cannot be read"
    if found["pattern"]:
        return _PATTERNS.get(found["pattern"], "is not in the right form")
    if not found["side"]:
        is_number = found["type"] == "int" and found["got"] == "float"
        got = "" if is_number or found["got"] not in _TYPES else f", not {_TYPES[found['got']]}"
        return f"must be {_TYPES.get(found['type'], 'of another type')}{got}"
    least, bound = found["side"] == ">=", _show_bound(found["bound"])
    if not found["length"]:
        return f"must be at {'least' if least else 'most'} {bound}"
    if least and bound == "1":
        return "must not be empty" if found["type"] == "str" else "must have at least one"
    return f"must have at {'least' if least else 'most'} {bound} {_PARTS[found['type']]}"


def _show_bound(text: str) -> str:
    number = float(text)
    return f"{int(text):,}" if text.lstrip("-").isdigit() and abs(number) < 1e15 else f"{number:,g}"


def _list_choices(shape: Any) -> tuple[Any, ...]:
    """The values of the first Literal in a type."""
    if get_origin(shape) is Literal:
        return get_args(shape)
    return next((found for part in get_args(shape) if (found := _list_choices(part))), ())
