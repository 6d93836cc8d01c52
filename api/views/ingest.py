"""What the native door takes."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from telemetry.native import make_schema


@require_safe
def show_schema(request: HttpRequest) -> JsonResponse:
    """The JSON Schema of POST /api/v1/ingest. Public, as the schema of REST is: it holds no project's data."""
    return JsonResponse(make_schema(), content_type="application/schema+json")
