"""Sign in with OpenRouter: the browser brings back a code, which is exchanged for a key (PKCE).

`begin`, `finish` and `cancel` are called on the main thread and return at once; the rest is done
on the worker's. For the browser to come back to, a port is open on this machine's loopback while
somebody is waited for; what it serves is one page. Where no browser opens here, the person opens
`code_url` anywhere, is shown a code, and brings it themselves: to the same attempt.
"""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from ..tools.faults import Faults
from ..tools.phrase import Phrase
from ..tools.plain import Secrets
from . import settings
from .keys import KeyRefused, store_key
from .worker import Worker

if TYPE_CHECKING:
    import asyncio

PATIENCE = 600.0
"""Seconds for which somebody is waited for: as long as a code is good."""
_HEAD_BYTES = 8192
_HEAD_SECONDS = 10.0
_LEAVE_SECONDS = 5.0
"""How long a browser may take to fetch its page once all is over."""
_PORTS_TRIED = 20
_BACKLOG = 16


@dataclass(frozen=True)
class State:
    """How far the sign-in is.

    Attributes:
        phase: Where it stands.
        url: While waiting: what to open in a browser on this machine.
        code_url: While waiting: what to open elsewhere; it shows a code to be pasted.
        problem: Where it failed: why, and what to do.
    """

    phase: Literal["idle", "waiting", "signed in", "failed"] = "idle"
    url: str = field(default="", repr=False)
    code_url: str = field(default="", repr=False)
    problem: str = ""


class SignIn:
    """One attempt at a time, the last one's state, and no key."""

    def __init__(
        self, worker: Worker, secrets: Secrets, faults: Faults, patience: float = PATIENCE
    ) -> None:
        """Begin nothing yet.

        Args:
            worker: The thread on which the network is asked. It is closed after this.
            secrets: Learns the key.
            faults: Takes those of ours.
            patience: Seconds for which somebody is waited for.
        """
        self._worker = worker
        self._secrets = secrets
        self._faults = faults
        self._patience = patience
        self._attempt: _Attempt | None = None

    @property
    def state(self) -> State:
        """How far it is. Any thread."""
        attempt = self._attempt
        return attempt.state if attempt is not None else State()

    @property
    def waiting(self) -> bool:
        """Whether somebody is waited for. Any thread."""
        return self.state.phase == "waiting"

    def begin(self, key_file: Path) -> State:
        """Wait for somebody to sign in, instead of whom was waited for until now.

        Args:
            key_file: The `.env` in which the key will be kept.

        Returns:
            The state, with the addresses to be opened. They differ in nothing where no port could
            be opened: then the code has to be pasted.
        """
        self.cancel()
        attempt = _Attempt.new(settings.OPENROUTER, key_file)
        self._attempt = attempt
        self._worker.call(lambda: self._start(attempt))
        return attempt.state

    def finish(self, pasted: str) -> bool:
        """Go on with a code that a person brought.

        Args:
            pasted: The code, or the whole address at which the browser ended.

        Returns:
            Whether there was a code in it, and somebody was waited for.
        """
        attempt, code = self._attempt, _code_in(pasted)
        if attempt is None or not code or not self.waiting:
            return False
        self._worker.call(lambda: attempt.take(code))
        return True

    def cancel(self) -> None:
        """Wait no longer, and forget how it ended; a key that was stored stays."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None and attempt.state.phase == "waiting":
            self._worker.call(attempt.cancel)

    def close(self) -> None:
        """Wait no longer, and return once the port is closed. Before the worker is closed."""
        attempt = self._attempt
        self.cancel()
        if attempt is not None and self._worker.runs:
            self._worker.run(attempt.gone()).result()

    # From here on the worker's thread

    def _start(self, attempt: _Attempt) -> None:
        import asyncio

        attempt.task = asyncio.get_running_loop().create_task(self._wait(attempt))
        attempt.task.add_done_callback(lambda task: self._ended(attempt, task))

    def _ended(self, attempt: _Attempt, task: asyncio.Task[None]) -> None:
        """Also where the task was cancelled before it began."""
        for each in attempt.sockets:
            each.close()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._faults.note(Phrase("the sign-in"), error)
            attempt.state = State(
                "failed", problem=Phrase("Scene Chat itself failed. Sign in again.")
            )

    async def _wait(self, attempt: _Attempt) -> None:
        import asyncio

        loop = asyncio.get_running_loop()
        answering: set[asyncio.Task[None]] = set()

        def answer(listening: socket.socket) -> None:
            # Accepted here and not by asyncio's servers: what comes in as one of those closes
            # belongs to nobody.
            try:
                connection, _ = listening.accept()
            except OSError:
                return  # it left already
            connection.setblocking(False)
            task = asyncio.ensure_future(_serve(attempt, connection))
            answering.add(task)
            task.add_done_callback(answering.discard)
            # Also where it was cancelled before it began.
            task.add_done_callback(lambda _: connection.close())

        try:
            for each in attempt.sockets:
                loop.add_reader(each, answer, each)
            try:
                code = await asyncio.wait_for(attempt.codes.get(), self._patience)
            except TimeoutError:
                attempt.end(Phrase("Nobody came back from the browser in time. Sign in again."))
            else:
                attempt.end(await self._exchange(attempt, code))
                if attempt.page is not None:
                    await asyncio.wait([attempt.page], timeout=_LEAVE_SECONDS)
        finally:
            for each in attempt.sockets:
                loop.remove_reader(each)
            for task in list(answering):
                task.cancel()
            await asyncio.gather(*answering, return_exceptions=True)

    async def _exchange(self, attempt: _Attempt, code: str) -> str:
        """Get the key and keep it; return what went wrong, or ""."""
        from .openrouter import NotAnswered, ask, said

        host = urlsplit(attempt.endpoint).netloc
        proof = {
            "code": code,
            "code_verifier": attempt.verifier,
            "code_challenge_method": "S256",
        }
        try:
            status, answer = await ask("POST", f"{attempt.endpoint}/auth/keys", body=proof)
        except NotAnswered as error:
            return str(error)
        if status != 200:
            told = self._secrets.clean(said(answer))
            if 400 <= status < 500 and status != 429:
                return Phrase(
                    "{host} did not take the code{told}. It is good once, and for ten minutes. Sign "
                    "in again.",
                    host=host,
                    told=told,
                )
            return Phrase(
                "{host} could not give a key ({status}){told}. Try again in a while.",
                host=host,
                status=status,
                told=told,
            )
        key = answer.get("key")
        if not isinstance(key, str) or not key.strip():
            return Phrase(
                "{host} gave an answer without a key. Sign in again, or paste a key.", host=host
            )
        self._secrets.add(key.strip())
        try:
            store_key(attempt.key_file, attempt.endpoint, key)
        except KeyRefused as error:
            return Phrase("{host} gave what is no key. {why}", host=host, why=str(error))
        except OSError as error:
            return Phrase(
                "The key cannot be written to {file} ({why}).",
                file=attempt.key_file,
                why=error.strerror or error,
            )
        return ""


@dataclass(eq=False)
class _Attempt:
    """What belongs to one attempt; its state is read by the main thread."""

    endpoint: str
    key_file: Path
    verifier: str = field(repr=False)
    path: str = field(repr=False)
    """Where the browser comes back to. It holds the state: nobody else knows it."""
    port: int
    sockets: list[socket.socket]
    state: State
    codes: asyncio.Queue[str]
    over: asyncio.Event
    taken: bool = False
    task: asyncio.Task[None] | None = None
    page: asyncio.Task[None] | None = None
    """What answers the request that brought the code."""

    @classmethod
    def new(cls, endpoint: str, key_file: Path) -> _Attempt:
        """Make up the secrets and open the port. Binding on a loopback does not block."""
        import asyncio
        import base64
        import hashlib
        import secrets

        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        asked = {
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "key_label": "Scene Chat",
        }
        sockets = _both_loopbacks()
        port = sockets[0].getsockname()[1] if sockets else 0
        path = f"/{secrets.token_urlsafe(32)}"
        parts = urlsplit(endpoint)
        code_url = url = f"{parts.scheme}://{parts.netloc}/auth?{urlencode(asked)}"
        if sockets:
            back = {"callback_url": f"http://localhost:{port}{path}"}
            url = f"{parts.scheme}://{parts.netloc}/auth?{urlencode({**back, **asked})}"
        return cls(
            endpoint,
            key_file,
            verifier,
            path,
            port,
            sockets,
            State("waiting", url, code_url),
            asyncio.Queue(),
            asyncio.Event(),
        )

    def take(self, code: str) -> bool:
        """Go on with this code; return False if there was one before."""
        if self.taken:
            return False
        self.taken = True
        self.codes.put_nowait(code)
        return True

    def end(self, problem: str) -> None:
        """Say how it ended."""
        self.state = State("failed", problem=problem) if problem else State("signed in")
        self.over.set()

    def cancel(self) -> None:
        """End it where it is."""
        if self.task is not None:
            self.task.cancel()

    async def gone(self) -> None:
        """End it, and return when nothing of it is left."""
        import asyncio

        if self.task is not None:
            if not self.task.cancelling():  # a second time would break off its clearing up
                self.task.cancel()
            await asyncio.wait([self.task])


def _both_loopbacks() -> list[socket.socket]:
    """Return sockets bound to one free port on 127.0.0.1 and ::1, those that there are.

    A browser takes either for "localhost", so no stranger is to have the other.
    """
    for _ in range(_PORTS_TRIED):
        bound: list[socket.socket] = []
        port = 0
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            try:
                each = socket.socket(family)
            except OSError:
                continue  # this system lacks the family
            try:
                if (alone := getattr(socket, "SO_EXCLUSIVEADDRUSE", None)) is not None:
                    each.setsockopt(socket.SOL_SOCKET, alone, 1)  # Windows lends ports otherwise
                if family == socket.AF_INET6:
                    each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                each.bind((host, port))
                each.listen(_BACKLOG)  # so that a browser that is quicker than the worker can wait
            except OSError as error:
                each.close()
                if bound and _is_taken(error):
                    break
                continue
            each.setblocking(False)
            bound.append(each)
            port = each.getsockname()[1]
        else:
            return bound
        for each in bound:
            each.close()
    return []


def _is_taken(error: OSError) -> bool:
    import errno

    # Windows refuses a port that another has to itself with EACCES.
    return error.errno in (errno.EADDRINUSE, errno.EACCES)


def _code_in(pasted: str) -> str:
    text = "".join(pasted.split())
    if "code=" in text:
        found = parse_qs(urlsplit(text).query or text).get("code", [])
        return found[0] if found else ""
    return text


async def _serve(attempt: _Attempt, connection: socket.socket) -> None:
    """Answer one request; whoever calls closes the connection."""
    import asyncio

    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError, EOFError, TimeoutError):  # it left, or says nothing
        head = await asyncio.wait_for(_head(connection), _HEAD_SECONDS)
        if head is None:
            refusal: tuple[int, str] | None = (431, "This request is too large.")
        else:
            refusal = _refusal(attempt, head)
        if refusal is None:
            attempt.page = asyncio.current_task()
            await attempt.over.wait()
        await loop.sock_sendall(connection, _page(attempt.state, refusal))


async def _head(connection: socket.socket) -> str | None:
    """Return a request up to its empty line, or None where that is too far."""
    import asyncio

    loop = asyncio.get_running_loop()
    head = b""
    while b"\r\n\r\n" not in head:
        if len(head) > _HEAD_BYTES:
            return None
        piece = await loop.sock_recv(connection, _HEAD_BYTES)
        if not piece:
            raise EOFError
        head += piece
    return head.partition(b"\r\n\r\n")[0].decode("latin-1")


def _refusal(attempt: _Attempt, head: str) -> tuple[int, str] | None:
    """Take the code of a request; where it is not to be taken, return a status and why."""
    import hmac

    first, *fields = head.split("\r\n")
    method, _, target = first.rpartition(" ")[0].partition(" ")
    path, _, query = target.partition("?")
    split = [each.partition(":") for each in fields]
    hosts = [value.strip().lower() for name, _, value in split if name.strip().lower() == "host"]
    if len(hosts) != 1 or hosts[0] not in {
        f"{name}:{attempt.port}" for name in ("localhost", "127.0.0.1", "[::1]")
    }:
        return 421, "It was asked for under another name."
    if not hmac.compare_digest(path.encode("latin-1"), attempt.path.encode()):
        return 404, "Nothing is here. If Blender still waits, sign in again from there."
    if method != "GET":
        return 405, "Only a browser's way back is taken."
    try:
        codes = parse_qs(query, keep_blank_values=True, max_num_fields=20).get("code", [])
    except ValueError:
        codes = []
    if len(codes) != 1 or not codes[0].strip():
        return 400, "The browser brought no code. Allow the access, or sign in again from Blender."
    if not attempt.take(codes[0].strip()):
        return 410, "A code was brought already. Blender says how it ended."
    return None


_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Scene Chat</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 30em; margin: 20vh auto; padding: 0 1.5em }}
h1 {{ font-size: 1.4em; font-weight: 600; margin: 0 0 .4em }}
p {{ margin: 0; overflow-wrap: anywhere }}
</style>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""


def _page(state: State, refusal: tuple[int, str] | None) -> bytes:
    """Return the whole answer to a request."""
    import html
    from http import HTTPStatus

    if refusal is not None:
        status, text = refusal
        title = "This is not the way back to Blender"
    elif state.problem:
        status, title, text = 200, "That did not work", state.problem
    else:
        status, title = 200, "You are signed in"
        text = "Go back to Blender: Scene Chat is ready. This page can be closed."
    page = _PAGE.format(title=html.escape(title), text=html.escape(text)).encode()
    fields = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(page)}",
        "Connection: close",
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",  # the page's address holds the code
        "X-Content-Type-Options: nosniff",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
        "frame-ancestors 'none'",
    )
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + page
