"""Source maps of a project."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import require_role
from accounts.models import User
from accounts.records import KeyAccess
from accounts.selectors import get_redaction_key
from api.authentication import get_project_id
from api.fields import ERRORS, describe
from api.paging import answer_page
from api.parameters import PROJECT_PARAMETER, get_limit, get_text, invalid, text_parameter
from api.source_map_fields import (
    SourceMapKeptSerializer,
    SourceMapRemovedSerializer,
    SourceMapSerializer,
    SourceMapUploadSerializer,
)
from core.cursors import decode_cursor, encode_cursor
from core.limits import MAX_SOURCE_MAP_BYTES
from faults.sourcemaps.actions import keep_source_map, remove_source_maps
from faults.sourcemaps.records import SourceMapRow
from faults.sourcemaps.selectors import list_source_maps
from faults.sourcemaps.uploads import read_upload
from telemetry.decode.errors import TooLarge

NAMES = ("release", "url", "debug_id")


class SourceMaps(APIView):
    """Listing, uploading and removing; only owners, and keys with the scope `admin`, change them."""

    parser_classes = (MultiPartParser, JSONParser)

    @describe(
        SourceMapSerializer,
        many=True,
        name="SourceMap",
        parameters=[text_parameter("release", "Only of this release.")],
    )
    def get(self, request: Request) -> Response:
        """What was uploaded, newest first."""
        limit, cursor = get_limit(request), get_text(request, "cursor")
        rows = list_source_maps(
            get_project_id(request),
            release=get_text(request, "release"),
            before_pk=decode_cursor(cursor, int)[0] if cursor else None,
            limit=limit + 1,
        )
        more = encode_cursor(rows[limit - 1].pk) if len(rows) > limit else None
        return answer_page(request, [_show(row) for row in rows[:limit]], more)

    @extend_schema(
        request={"multipart/form-data": SourceMapUploadSerializer, "application/json": SourceMapUploadSerializer},
        responses={200: SourceMapKeptSerializer, **ERRORS},
        parameters=[PROJECT_PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Upload a source map; one of the same debug id, or release and URL, is replaced."""
        project_id, by = _get_owner(request)
        _refuse_beyond(int(request.META.get("CONTENT_LENGTH") or 0))
        fields = {name: _read_text(request, name) for name in NAMES}
        source_map, minified = _read_file(request, "source_map"), _read_file(request, "minified")
        if source_map is None:
            raise invalid("source_map", "is missing")
        _refuse_beyond(len(source_map) + len(minified or b""))
        upload = read_upload(fields, source_map, minified, get_redaction_key(project_id))
        kept = keep_source_map(project_id, upload, by=by)
        told = {name: getattr(upload, name) for name in NAMES}
        return Response({"id": str(kept.pk), **told, "replaced": not kept.is_new, "warnings": list(upload.notes)})

    @extend_schema(
        responses={200: SourceMapRemovedSerializer, **ERRORS},
        parameters=[PROJECT_PARAMETER, text_parameter("release", "Which must be given.")],
    )
    def delete(self, request: Request) -> Response:
        """Remove the source maps of a release."""
        project_id, by = _get_owner(request)
        release = get_text(request, "release")
        if not release:
            raise invalid("release", "is missing")
        return Response({"removed": remove_source_maps(project_id, release, by=by)})


def _get_owner(request: Request) -> tuple[int, User | None]:
    """The project and the person who may change its source maps; nobody for a key."""
    project_id = get_project_id(request, "admin")
    if isinstance(request.auth, KeyAccess):
        return project_id, None
    user = request._request.user
    require_role(user, project_id, "owner")
    return project_id, user if isinstance(user, User) else None


def _refuse_beyond(size_bytes: int) -> None:
    if size_bytes > MAX_SOURCE_MAP_BYTES:
        raise TooLarge(f"A source map and its file are at most {MAX_SOURCE_MAP_BYTES} bytes.")


def _given(request: Request, name: str) -> Any:
    if not isinstance(request.data, dict):
        raise invalid("", "must be an object")
    return request.data.get(name)


def _read_text(request: Request, name: str) -> str:
    value = _given(request, name)
    if value is not None and not isinstance(value, str):
        raise invalid(name, "must be a text")
    return value or ""


def _read_file(request: Request, name: str) -> bytes | None:
    """A file of a form, or a text of JSON."""
    value = _given(request, name)
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode(errors="replace")
    if not hasattr(value, "read"):
        raise invalid(name, "must be a file, or a text")
    return bytes(value.read())


def _show(row: SourceMapRow) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "release": row.release,
        "url": row.url,
        "debug_id": row.debug_id,
        "size_bytes": row.size_bytes,
        "has_minified": row.has_minified,
        "redacted_count": row.redacted_count,
        "uploaded_ns": str(row.uploaded_ns),
    }
