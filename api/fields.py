"""What the shapes of answers are made of, for the schema. Views answer plain dictionaries of `wire` and `shapes`."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from api.parameters import PAGE_PARAMETERS, PROJECT_PARAMETER

STATUSES = ("waiting", "active", "ok", "failed", "gone")
CODES = ("UNSET", "OK", "ERROR")
EFFECTIVE = (
    "What became of it among the others, as of the mission's last recompute; until then by its own record alone."
)


def text(help_text: str = "", *, null: bool = False) -> serializers.CharField:
    """A text."""
    return serializers.CharField(help_text=help_text, allow_null=null, allow_blank=True)


def number(help_text: str = "") -> serializers.CharField:
    """A 64-bit number as decimal text, or null."""
    return serializers.CharField(help_text=help_text, allow_null=True)


def count(help_text: str = "", *, null: bool = False) -> serializers.IntegerField:
    """A count."""
    return serializers.IntegerField(allow_null=null, help_text=help_text or None)


def texts() -> serializers.ListField:
    """A list of texts."""
    return serializers.ListField(child=serializers.CharField(allow_blank=True))


def anything(help_text: str = "") -> serializers.JSONField:
    """Any JSON."""
    return serializers.JSONField(help_text=help_text, allow_null=True)


def flag(help_text: str = "", *, null: bool = False) -> serializers.BooleanField:
    """true or false."""
    return serializers.BooleanField(help_text=help_text, allow_null=null)


class ErrorSerializer(serializers.Serializer[Any]):
    """Every error."""

    detail = text()
    code = text()
    errors: Any = inline_serializer("FieldError", {"field": text(), "message": text()}, many=True)


_ERRORS = {
    400: "Not valid.",
    401: "No key or login.",
    403: "Not allowed.",
    404: "Not there.",
    405: "Only GET.",
    406: "Only JSON is answered.",
    429: "Too many wrong keys from this address.",
}
ERRORS = {status: OpenApiResponse(ErrorSerializer, description=words) for status, words in _ERRORS.items()}


def describe(serializer: Any, *, many: bool = False, parameters: Any = (), name: str = "", detail: Any = None) -> Any:
    """The schema of a view that answers one thing, or a page of many; `detail`: with `include=content` of these."""
    if many:
        row = serializer if detail is None else _row_of(serializer, detail, name)
        each = row(many=True) if isinstance(row, type) else _many(row)
        answer = inline_serializer(f"{name}Page", {"results": each, "next": text(null=True)})
        parameters = [*parameters, *PAGE_PARAMETERS]
    else:
        answer = serializer
    operation_id = f"list_{name}" if many else None
    return extend_schema(operation_id, responses={200: answer, **ERRORS}, parameters=[*parameters, PROJECT_PARAMETER])


def _row_of(serializer: Any, detail: Any, name: str) -> Any:
    """A row of a list: as `serializer`, and with `include=content` as `detail`."""

    def get_fields(self: Any) -> Any:
        fields = detail.get_fields(self)
        for extra in fields.keys() - serializer().fields.keys():
            fields[extra].required = False
        return fields

    about = "What is not required is there with `include=content`."
    return type(f"{name}RowSerializer", (detail,), {"get_fields": get_fields, "__doc__": about})


def _many(serializer: Any) -> Any:
    return type(serializer)(many=True)
