"""A stand-in of OpenRouter's pages for people and of its answers about keys, on 127.0.0.1.

It keeps to PKCE as a provider does: a code is good once, and only with the verifier that its
challenge was made of. `wrong` has it answer otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

KEY = "sk-or-v1-standin-0123456789abcdef"
STANDING: dict[str, Any] = {
    "label": "Scene Chat",
    "limit": 20,
    "limit_remaining": 12.4,
    "usage": 7.6,
    "is_free_tier": False,
}
_CONSENT = """<!DOCTYPE html><html lang="en"><title>A stand-in, not OpenRouter</title>
<h1>Allow {label} to use your account?</h1>
<form method="post" action="/auth">{fields}<button id="allow">Allow</button></form></html>"""
_CODE = """<!DOCTYPE html><html lang="en"><title>A stand-in, not OpenRouter</title>
<h1>Paste this code into the application</h1><p id="code">{code}</p></html>"""


@dataclass
class Wrong:
    """An answer that is not the right one.

    Attributes:
        status: HTTP's.
        body: As it is sent.
        headers: Beside the length.
        silent: Whether nothing is answered until the server is closed.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False


class OpenRouter:
    """A server, running inside a `with` block.

    Attributes:
        url: The endpoint, as `chat.settings.OPENROUTER` would have it.
        key: What a code is exchanged for.
        standing: What is said of that key.
        wrong: By path, such as "/api/v1/key", what is answered instead of the right thing.
        asked: Method and path of all requests so far.
    """

    def __init__(self) -> None:
        """Give out nothing yet."""
        self.key = KEY
        self.standing = dict(STANDING)
        self.wrong: dict[str, Wrong] = {}
        self.asked: list[tuple[str, str]] = []
        self.challenges: dict[str, str] = {}
        """By code, until it is used."""
        self.closing = threading.Event()
        stand_in = self

        class Handler(_Handler):
            owner = stand_in

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.url = f"{self.origin}/api/v1"

    def __enter__(self) -> OpenRouter:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def allow(self, auth_url: str) -> tuple[str, str]:
        """Consent, as the page's button does; return the code, and where the browser goes next.

        Raises:
            ValueError: the address does not ask as it should.
        """
        asked = {name: values[0] for name, values in parse_qs(urlsplit(auth_url).query).items()}
        if asked.get("code_challenge_method") != "S256" or len(asked["code_challenge"]) != 43:
            raise ValueError("no challenge of SHA-256")
        code = f"auth_code_{secrets.token_hex(8)}"
        self.challenges[code] = asked["code_challenge"]
        back = asked.get("callback_url", "")
        if back and urlsplit(back).hostname != "localhost":
            raise ValueError("only localhost may have any port")
        return code, f"{back}?{urlencode({'code': code})}" if back else ""


class _Handler(BaseHTTPRequestHandler):
    owner: OpenRouter
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = self._begin()
        if path == "/auth":
            asked = parse_qs(urlsplit(self.path).query)
            hidden = "".join(
                f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(values[0])}">'
                for name, values in asked.items()
            )
            label = html.escape(asked.get("key_label", ["an application"])[0])
            self._page(200, _CONSENT.format(label=label, fields=hidden))
        elif path == "/api/v1/key":
            if self.headers.get("Authorization") == f"Bearer {self.owner.key}":
                self._json(200, {"data": self.owner.standing})
            else:
                self._fail(401, "User not found.")
        elif path:
            self._fail(404, "Not Found")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self._begin()
        if path == "/auth":
            try:
                code, back = self.owner.allow(f"/auth?{body.decode()}")
            except (ValueError, KeyError) as error:
                self._page(400, html.escape(str(error)))
                return
            if back:
                self._send(303, b"", {"Location": back})
            else:
                self._page(200, _CODE.format(code=code))
        elif path == "/api/v1/auth/keys":
            self._exchange(json.loads(body))
        elif path:
            self._fail(404, "Not Found")

    def _exchange(self, asked: dict[str, str]) -> None:
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked["code_challenge_method"] != "S256":
            self._fail(400, "Invalid code_challenge_method")
        elif self.owner.challenges.pop(asked["code"], "") != challenge:
            self._fail(403, "Invalid code or code_verifier")
        else:
            self._json(200, {"key": self.owner.key, "user_id": "user_standin"})

    def _begin(self) -> str:
        """The path to be answered, "" where the wrong answer was given already."""
        path = urlsplit(self.path).path
        self.owner.asked.append((self.command, path))
        wrong = self.owner.wrong.get(path)
        if wrong is None:
            return path
        if wrong.silent:
            self.owner.closing.wait()
            self.close_connection = True
        else:
            self._send(wrong.status, wrong.body, wrong.headers)
        return ""

    def _fail(self, status: int, message: str) -> None:
        self._json(status, {"error": {"message": message, "code": status}})

    def _json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _page(self, status: int, text: str) -> None:
        self._send(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:  # it had enough
            self.close_connection = True
