"""Pages of allowed origins may send to the machines' doors, others learn nothing."""

import pytest

from missionscope.cors import CrossOrigin

OURS, FOREIGN = b"https://react.example.org", b"https://evil.example"


async def door(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def ask(method, **headers):
    sent = []

    async def send(message):
        sent.append(message)

    names = {"origin": b"origin", "wants": b"access-control-request-method"}
    scope = {"type": "http", "method": method, "headers": [(names[name], value) for name, value in headers.items()]}
    await CrossOrigin(door, [OURS.decode()])(scope, None, send)
    return sent[0]["status"], dict(sent[0]["headers"])


async def test_an_allowed_page_may_ask_and_send():
    status, headers = await ask("OPTIONS", origin=OURS, wants=b"POST")
    assert status == 204
    assert headers[b"access-control-allow-origin"] == OURS
    assert b"x-api-key" in headers[b"access-control-allow-headers"]
    status, headers = await ask("POST", origin=OURS)
    assert (status, headers[b"access-control-allow-origin"]) == (200, OURS)
    assert headers[b"vary"] == b"origin"
    assert b"access-control-allow-credentials" not in headers


@pytest.mark.parametrize("origin", [FOREIGN, b"null", OURS + b".evil.example", b"http://react.example.org"])
async def test_a_foreign_page_gets_no_permission(origin):
    for method in ("OPTIONS", "POST"):
        _, headers = await ask(method, origin=origin, wants=b"POST")
        assert not [name for name in headers if name.startswith(b"access-control")]


async def test_programs_without_an_origin_are_not_concerned():
    assert await ask("POST") == (200, {b"content-type": b"application/json"})
