"""Where this installation is reached from outside."""

from django.conf import settings
from django.http import HttpRequest


def base_url(request: HttpRequest) -> str:
    """The configured address, else the one the person came by; without a slash at the end."""
    configured: str = settings.MISSIONSCOPE_URL
    return (configured or request.build_absolute_uri("/")).rstrip("/")
