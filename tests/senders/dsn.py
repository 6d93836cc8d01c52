"""The DSN of a started server, got the way people get it: log in, press the button, copy."""

import re

import httpx

from tests.servers import Server


def get_dsn(server: Server) -> str:
    """Of the project `default`."""
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False, follow_redirects=True) as http:
        _post(http, "/login/", username=server.user, password=server.password)
        page = _post(http, "/settings/send/dsn", page="/settings/send/")
    found = re.search(r'aria-label="DSN"><code>([^<]+)</code>', page.text)
    assert found, page.text[-2000:]
    return found[1]


def _post(http: httpx.Client, path: str, *, page: str = "", **fields: str) -> httpx.Response:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', http.get(page or path).text)
    answer = http.post(path, data={**fields, "csrfmiddlewaretoken": token[1] if token else ""})
    assert answer.status_code == 200, answer.text[-500:]
    return answer
