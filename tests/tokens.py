"""What stands in for stage7's SecurityManager: a key pair that signs tokens, an address that tells the public one."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

USER_PAIR = {"iss": "stage7", "aud": "stage7-api"}
SERVICE_PAIR = {"iss": "SecurityManager", "aud": "stage7-services"}


class Signer:
    """An RSA key pair."""

    def __init__(self, bits: int = 2048) -> None:
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        self.pem = self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.private_pem = self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, claims: dict[str, Any], algorithm: str = "RS256", **header: Any) -> str:
        return jwt.encode(claims, self.private, algorithm=algorithm, headers=header or None)

    def user(self, sub: str = "u-alice", *, lasts_s: float = 3600, **claims: Any) -> str:
        """A user's token as `/login` gives it; a claim that is None is left out."""
        usual = {"sub": sub, **USER_PAIR, **_times(lasts_s), "jti": "j", "type": "access", "roles": ["user"]}
        return self.sign({name: value for name, value in (usual | claims).items() if value is not None})

    def service(self, **claims: Any) -> str:
        """A service's token as `/auth/service` gives it."""
        usual = {"sub": "Brain", **SERVICE_PAIR, **_times(3600), "jti": "j", "componentType": "Brain"}
        return self.sign(usual | {"roles": ["missions:read"], "permissions": ["missions:read"]} | claims)


def _times(lasts_s: float) -> dict[str, int]:
    now = int(time.time())
    return {"iat": now - 1, "exp": int(time.time() + lasts_s)}


class KeyAddress:
    """Answers the public key; tests change what it does while it serves."""

    def __init__(self, pem: bytes) -> None:
        self.pem, self.status, self.delay_s, self.asked = pem, 200, 0.0, 0
        self.location = ""
        self.url = ""


@contextmanager
def serve_key(pem: bytes) -> Iterator[KeyAddress]:
    """A real HTTP server with `GET /public-key`, as the SecurityManager has it."""
    told = KeyAddress(pem)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked += 1
            time.sleep(told.delay_s)
            self.send_response(told.status)
            self.send_header("Content-Type", "text/plain")
            if told.location:
                self.send_header("Location", told.location)
            self.end_headers()
            self.wfile.write(told.pem if self.path == "/public-key" else b"elsewhere")

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/public-key"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
