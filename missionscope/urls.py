"""Every address that Django answers. `/v1/…` and WebSockets never come here: see missionscope.asgi."""

from django.urls import URLPattern, URLResolver, include, path

from missionscope import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.show_liveness, name="healthz"),
    path("readyz", health.show_readiness, name="readyz"),
    path("", include("accounts.urls")),
    path("", include("api.urls")),
    path("", include("web.urls")),
]
