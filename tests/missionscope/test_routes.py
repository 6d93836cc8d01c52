"""Which paths go to the machines' doors and which to Django."""

import pytest

from missionscope.asgi import is_for_doors

ASKED = b"access-control-request-method"


def scope(method, path, asked=None):
    return {"method": method, "path": path, "headers": [(ASKED, asked)] if asked else []}


@pytest.mark.parametrize(
    "request_scope",
    [
        scope("POST", "/v1/traces"),
        scope("GET", "/v1/logs"),
        scope("POST", "/api/v1/ingest"),
        scope("POST", "/api/v1/ingest/"),
        scope("POST", "/api/v1/stage7/brain"),
        scope("PUT", "/api/v1/stage7/anything"),
        scope("OPTIONS", "/api/v1/stage7/brain", b"POST"),
        scope("OPTIONS", "/api/v1/ingest", b"POST"),
    ],
)
def test_what_machines_send_goes_to_the_doors(request_scope):
    assert is_for_doors(request_scope)


@pytest.mark.parametrize(
    "request_scope",
    [
        scope("GET", "/api/v1/ingest/schema"),
        scope("HEAD", "/api/v1/ingest/schema"),
        scope("GET", "/api/v1/stage7/missions"),
        scope("OPTIONS", "/api/v1/stage7/missions", b"GET"),
        scope("POST", "/api/v1/missions/"),
        scope("OPTIONS", "/api/v1/missions/", b"POST"),
        scope("GET", "/"),
    ],
)
def test_what_is_read_goes_to_django(request_scope):
    assert not is_for_doors(request_scope)
