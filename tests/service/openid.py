"""An OpenID provider of the tests' own: real HTTP, real keys, and as much mischief as a test asks for."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "directives", "a secret that is shared with the provider"


@dataclass
class Provider:
    """Signs in, at once, whoever `person` is. `claims` and `header` go over what an honest ID token says."""

    address: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    signing_key: Any = None  # another than the published one
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    broken: str = ""  # an address that answers 500
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def answer(self, path: str, query: dict[str, str], form: dict[str, str], basic: str) -> tuple[int, Any]:
        if path == self.broken:
            return 500, {}
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return 200, {"issuer": self.address} | {name: self.address + place for name, place in names.items()}
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/authorize":
            assert query["response_type"] == "code" and query["client_id"] == CLIENT
            assert "openid" in query["scope"].split() and query["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(8)
            self._codes[code] = query
            return 302, query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"]})
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or asked["code_challenge"] != base64.urlsafe_b64encode(challenge).decode().rstrip("=")
            or asked["redirect_uri"] != form["redirect_uri"]
            or basic != f"{CLIENT}:{SECRET}"
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": self._token(asked)}

    def _token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        honest = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = {name: value for name, value in (honest | self.person | self.claims).items() if value is not None}
        header = {"alg": "RS256", "kid": "k1"} | self.header
        if header["alg"] == "none":
            return ".".join(_plain(json.dumps(part).encode()) for part in (header, claims)) + "."
        key = OctKey.import_key(SECRET) if header["alg"] == "HS256" else self.signing_key or self.key
        return jwt.encode(header, claims, key, [header["alg"]])


def _plain(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


@contextmanager
def running() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            basic = self.headers.get("Authorization", "").removeprefix("Basic ")
            shown = unquote(base64.b64decode(basic).decode())
            status, body = provider.answer(address.path, query, form, shown)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body)
                body = {}
            content = json.dumps(body).encode()
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
