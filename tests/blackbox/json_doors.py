"""Posts to the JSON doors."""

import gzip
import json
from typing import Any

import httpx

from tests.blackbox.wire import JSON

NDJSON = "application/x-ndjson"


class JsonSender:
    """Posts to one JSON door with a key."""

    def __init__(self, url: str, key: str, path: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60, headers={"Authorization": f"Bearer {key}"}, trust_env=False)
        self.path = path

    def close(self) -> None:
        self.http.close()

    def post(self, body: bytes, content_type: str = JSON, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(self.path, content=body, headers={"Content-Type": content_type, **sent})

    def send(self, value: Any, **headers: str) -> Any:
        """One JSON value; the answer, which must be a 200."""
        response = self.post(json.dumps(value).encode(), **headers)
        assert response.status_code == 200, response.text[:300]
        return response.json()

    def send_lines(self, *values: Any) -> Any:
        """NDJSON, compressed; the answer, which must be a 200."""
        body = "".join(json.dumps(value) + "\n" for value in values).encode()
        response = self.post(gzip.compress(body), NDJSON, Content_Encoding="gzip")
        assert response.status_code == 200, response.text[:300]
        return response.json()
