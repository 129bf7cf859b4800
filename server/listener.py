"""The port: one thread, any number of clients, every call through the one call path.

`Server.start` and `stop` are called on the main thread; all else runs on the listener thread,
where sockets never block. But one thing: a call's reply is sent, as far as it goes without waiting,
by the thread that finished the call, the main one. Waking the listener for it would cost each
command 0.1 ms; it is woken afterwards, where something is left to do.

The first byte tells the dialect: `{` is one of bare JSON, a capital letter is HTTP; anything else is
closed at once, and what follows is never searched for a command: a browser's POST carries text that
others choose.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import selectors
import socket
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..tools.call import Call, CallPath, CallResult
from ..tools.faults import Faults
from ..tools.gate import Origin
from ..tools.phrase import Phrase
from ..tools.queue import Limits
from . import blender_mcp
from .blender_mcp import About
from .dialect import Asked, BrokenRequest, Dialect, Said
from .raw import Raw

DEFAULT_PORT = 9876
REQUEST_LIMIT = 10 * 1024 * 1024
"""Bytes of one request."""
_MOST_CLIENTS = 64
_HALF_REQUEST_SECONDS = 10.0
_GOODBYE_SECONDS = 5.0
"""How long a connection that was refused something may still send, so that it gets to read why."""
_LEFT_SECONDS = 1.0
"""After a client closed its side, how long its waiting call may still begin."""
_TURN_PAUSE_SECONDS = 60.0
_NO_DESCRIPTOR_SECONDS = 0.05
_READ = 256 * 1024
_COMMANDS_AT_ONCE = 100
"""Of one client, before the others get their turn."""
_TELLING_SECONDS = 1.0
"""Between two words of progress."""
_KNOWN_CALLERS = 256


class PortTaken(Exception):
    """The port cannot be had. The message says what to do."""


def next_free_port(port: int) -> int:
    """Return the next port above `port` that could be opened now, or 0 where there is none near."""
    for candidate in range(port + 1, min(port + 100, 65535) + 1):
        try:
            sockets = _listen(candidate)
        except PortTaken:
            continue
        for each in sockets:
            each.close()
        return candidate
    return 0


@dataclass(eq=False)
class Client:
    """One connection. Listener thread only, but for what says otherwise and what a panel shows."""

    socket: socket.socket
    number: int
    name: str
    last_tool: str = ""
    last_time: float = 0.0
    """`time.monotonic()` of its latest command's end, 0.0 before the first."""
    dialect: Dialect | None = None
    """None until its first byte has come."""
    asked: Asked | None = None
    """What its call is for."""
    call: Call | None = None
    began: float = 0.0
    """`time.monotonic()` at which its call was made."""
    tells: float | None = None
    """When it is next told how its call goes on, where it wants to know."""
    outgoing: deque[memoryview] = field(default_factory=deque)
    deadline: float | None = None
    events: int = selectors.EVENT_READ
    """What the selector waits for on it; 0 while it is not registered."""
    said_all: bool = False
    """It closed its side: what is under way is finished, nothing more comes."""
    leaving: bool = False
    """We have said the last word: what still comes is thrown away."""
    sending: threading.Lock = field(default_factory=threading.Lock)
    """Held while another thread sends, and to close: a closed socket's number is soon another's."""

    broken: bool = False
    """It is gone: nothing can be sent to it any more."""

    @property
    def holds(self) -> int:
        """Bytes that have come and are not taken up yet. Any thread."""
        return self.dialect.size if self.dialect is not None else 0

    def answered(self) -> None:
        """Note that its call has ended. On the thread that sent the last of the answer."""
        self.last_time = time.monotonic()
        self.asked = self.tells = None
        self.call = None  # last: the listener begins the next one from here on

    def send(self, data: memoryview) -> memoryview:
        """Send what goes without waiting; return the rest. Any thread."""
        with self.sending:
            try:
                while data:
                    data = data[self.socket.send(data) :]
            except BlockingIOError:
                pass
            except OSError:  # it left, or was closed
                self.broken = True
        return data


class Server:
    """Listens on the loopback addresses while it is started."""

    def __init__(
        self,
        calls: CallPath,
        about: About,
        faults: Faults,
        request_limit: int = REQUEST_LIMIT,
        http: Callable[[int, int], Dialect] | None = None,
        refused: Callable[[str, str], None] = lambda _who, _why: None,
    ) -> None:
        """Make a server that is not listening yet.

        Args:
            calls: The way to the scene.
            about: Versions, for clients that ask.
            faults: Takes those of ours.
            request_limit: Bytes of one request.
            http: From a request's limit and the port to the dialect of one HTTP connection; without
                it such connections are closed.
            refused: Gets who was refused, and why, in a sentence. Listener thread.
        """
        self.port = 0
        """While it is started: where."""
        self.clients: dict[socket.socket, Client] = {}
        self._calls = calls
        self.about = about
        self._faults = faults
        self.request_limit = request_limit
        self._http = http
        self._refused = refused
        self.admits: Callable[[str], bool] | None = None
        """Whether that is the token, which requests of the bare dialects then have to carry; None where
        none is wanted. Of connections that begin from now on, as is the next."""
        self._running_limit: float | None = None
        self._origins: OrderedDict[str, tuple[Origin, float]] = OrderedDict()
        """By caller, with `time.monotonic()` of its latest call: calls that follow each other soon are
        one turn."""
        self._thread: threading.Thread | None = None
        self._turns = itertools.count(1)
        self._numbers = itertools.count(1)

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def connected(self) -> list[Client]:
        """Return the clients of this moment, for a panel. Any thread."""
        return list(self.clients.values())

    def start(self, port: int = DEFAULT_PORT, running_limit: float | None = None) -> None:
        """Listen on 127.0.0.1 and, where there is IPv6, ::1.

        Args:
            port: 0 for any that is free.
            running_limit: Seconds that a call may run; the dialect's own if None.

        Raises:
            PortTaken: another program listens there, or the port may not be used.
        """
        if self.running:
            return
        self.stop()  # what a fault may have left
        self._running_limit = running_limit
        listening = _listen(port)
        self.port = listening[0].getsockname()[1]
        self._selector = selectors.DefaultSelector()
        for each in listening:
            self._selector.register(each, selectors.EVENT_READ)
        self._bell, self._ringer = socket.socketpair()
        self._bell.setblocking(False)
        self._ringer.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ)
        # With the rest of the reply of the call that finished, or the result to reply with; None: it
        # only lets others go first.
        self._finished: deque[tuple[Client, memoryview | CallResult | None]] = deque()
        self._rung = False
        self._stopping = False
        self._thread = threading.Thread(
            target=self._run, args=(listening,), name="scene_chat listener"
        )
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and end the thread. Calls that wait are taken back."""
        if self._thread is None:
            return
        self._stopping = True
        self._ring()
        self._thread.join()
        self._thread = None
        self._bell.close()
        self._ringer.close()
        self.port = 0

    def _run(self, listening: list[socket.socket]) -> None:
        try:
            self._calls.registry.schemas()  # imports pydantic now, not in the first client's time
        except Exception as error:  # each call will meet it again, and tell its client
            self._faults.note(Phrase("the port"), error)
        try:
            while not self._stopping:
                self._round()
        except Exception as error:  # the port closes, and the panel says why
            self._faults.note(Phrase("the port"), error)
        for client in list(self.clients.values()):
            try:
                self._drop(client)
            except Exception as error:  # the port has to be free afterwards, whatever happens
                self._faults.note(Phrase("the port"), error)
        for sock in listening:
            sock.close()
        self._selector.close()

    def _round(self) -> None:
        for key, events in self._selector.select(self._until_next_deadline()):
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            if sock is self._bell:
                self._go_on()
            elif (client := self.clients.get(sock)) is None:
                self._accept(sock)
            else:
                with self._guarded(client):
                    self._serve(client, events)
        self._end_what_is_overdue()

    # Connections

    def _accept(self, listening: socket.socket) -> None:
        try:
            sock, _ = listening.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                time.sleep(_NO_DESCRIPTOR_SECONDS)  # it stays ready, and would be tried without end
            return  # otherwise it left again before we came to it
        sock.setblocking(False)
        with contextlib.suppress(OSError):  # it has left already
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = next(self._numbers)
        client = Client(sock, number, f"Client {number}")
        self.clients[sock] = client
        self._selector.register(sock, selectors.EVENT_READ)
        if len(self.clients) > _MOST_CLIENTS:
            self._refuse(client, f"There are {_MOST_CLIENTS} clients already; close one of them.")

    def _greet(self, client: Client, first: int) -> Dialect | None:
        """Return the dialect that a first byte begins, None for none."""
        if first == ord("{"):
            return Raw(
                self.request_limit,
                self.about,
                self._calls.health,
                self._cancel,
                self.admits,
                lambda why: self._refused("A program", why),
            )
        if ord("A") <= first <= ord("Z") and self._http is not None:
            return self._http(self.request_limit, self.port)
        return None

    def _origin(self, name: str, dialect: Dialect) -> Origin:
        """Return who calls: a turn of its own after a pause, of which a person may undo each."""
        now = time.monotonic()
        found, latest = self._origins.pop(name, (None, 0.0))
        if found is None or now - latest > _TURN_PAUSE_SECONDS:
            running = self._running_limit or dialect.seconds
            limits = Limits(waiting=dialect.seconds, running=running)
            found = Origin("client", name, next(self._turns), name, limits, dialect.patience)
        self._origins[name] = found, now
        if len(self._origins) > _KNOWN_CALLERS:
            self._origins.popitem(last=False)
        return found

    def _cancel(self) -> int:
        """Take back what clients of the bare dialects have under way; return how many."""
        calls = [
            call
            for client in self.clients.values()
            if (call := client.call) is not None and isinstance(client.dialect, Raw)
        ]
        for call in calls:
            call.cancel()
        return len(calls)

    @contextlib.contextmanager
    def _guarded(self, client: Client) -> Iterator[None]:
        """A fault of ours with one client ends its connection, and not the others' service."""
        try:
            yield
        except ConnectionError:
            self._drop(client)
        except Exception as error:
            self._faults.note(Phrase("the port"), error)
            with contextlib.suppress(Exception):
                self._refuse(client, f"Scene Chat itself failed: {error!r}")
                return
            self._drop(client)

    def _serve(self, client: Client, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._send(client)
            self._next_command(client)
        if events & selectors.EVENT_READ and client.socket in self.clients:
            self._read(client)

    def _read(self, client: Client) -> None:
        try:
            data = client.socket.recv(_READ)
        except BlockingIOError:  # the selector was wrong
            return
        if not data:
            client.said_all = True
            if client.leaving:
                self._drop(client)
                return
            client.deadline = time.monotonic() + _LEFT_SECONDS
            self._next_command(client)
            return
        if client.leaving:
            return
        if client.dialect is None:
            client.dialect = self._greet(client, data[0])
            if client.dialect is None:
                self._refused(client.name, f"The byte {data[:1]!r} begins no dialect.")
                self._drop(client)
                return
        client.dialect.feed(data)
        self._next_command(client)

    def _next_command(self, client: Client) -> None:
        """Carry out what has come whole. A client that does not read gets nothing more done."""
        begun = 0
        dialect = client.dialect
        while not (client.call or client.outgoing or client.leaving or client.broken):
            if dialect is None:  # it has said nothing yet
                if client.said_all:
                    self._drop(client)
                break
            if begun == _COMMANDS_AT_ONCE:
                self._listener_goes_on(client, None)
                break
            try:
                request = dialect.next()
            except BrokenRequest as error:
                self._refuse(client, str(error))
                return
            if request is None:
                if client.said_all:
                    self._drop(client)
                elif dialect.begun and client.deadline is None:
                    client.deadline = time.monotonic() + _HALF_REQUEST_SECONDS
                break
            begun += 1
            client.deadline = time.monotonic() + _LEFT_SECONDS if client.said_all else None
            if isinstance(request, Asked):
                self._begin(client, dialect, request)
            else:
                self._say(client, request)
        self._listen_for(client)

    def _begin(self, client: Client, dialect: Dialect, asked: Asked) -> None:
        client.name = asked.who or f"{dialect.name} {client.number}"
        client.last_tool = asked.tool
        client.asked = asked
        client.began = time.monotonic()
        if asked.progress is not None:
            client.tells = client.began + _TELLING_SECONDS
        if asked.opening:
            client.outgoing.append(memoryview(asked.opening))
            self._send(client)
        origin = self._origin(client.name, dialect)
        if asked.patience is not None:
            origin = origin._replace(patience=asked.patience)
        call = client.call = self._calls.submit(asked.tool, asked.arguments, origin)
        if asked.begun is not None:
            asked.begun(call)
        call.result.add_done_callback(lambda future: self._done(client, asked, future.result()))

    def _done(self, client: Client, asked: Asked, result: CallResult) -> None:
        """Answer, or have the listener do it. On the thread that finished the call."""
        if not asked.at_once:
            self._listener_goes_on(client, result)
            return
        if rest := client.send(memoryview(self._answer(client, asked, result))):
            self._listener_goes_on(client, rest)
            return
        client.answered()
        # In this order: what comes before this look is seen by it, what comes after finds no call.
        if client.said_all or client.leaving or client.broken or client.holds:
            self._listener_goes_on(client, None)

    def _listener_goes_on(self, client: Client, left: memoryview | CallResult | None) -> None:
        self._finished.append((client, left))
        self._ring()

    def _answer(self, client: Client, asked: Asked, result: CallResult) -> bytes:
        try:
            return asked.answer(result)
        except Exception as fault:  # whatever happens, the client gets a reply
            self._faults.note(Phrase("the port"), fault)
            assert client.dialect is not None
            return client.dialect.refusal(f"Scene Chat itself failed: {fault!r}")

    def _go_on(self) -> None:
        """Take up what the finished calls left: the rest of their replies, the next commands."""
        with contextlib.suppress(BlockingIOError):  # the selector was wrong
            self._bell.recv(4096)
        # Between the two: what was added before is seen now, what is added from here on rings anew.
        self._rung = False
        for _ in range(len(self._finished)):  # what is added meanwhile rings anew
            client, left = self._finished.popleft()
            with self._guarded(client):
                self._end_call(client, left)

    def _end_call(self, client: Client, left: memoryview | CallResult | None) -> None:
        """Reply with what is left of it, and take up the client's next command."""
        if isinstance(left, CallResult):
            assert client.asked is not None
            left = memoryview(self._answer(client, client.asked, left))
            if not left:  # it failed in the midst of a reply
                self._drop(client)
        if left is not None:
            client.answered()
        if client.leaving and client.call is None:
            self._leave(client)
        if left:
            client.outgoing.append(left)
        if client.socket in self.clients:
            self._send(client)
            self._next_command(client)

    def _say(self, client: Client, said: Said) -> None:
        client.outgoing.append(memoryview(said.data))
        self._send(client)

    def _send(self, client: Client) -> None:
        while client.outgoing:
            client.outgoing[0] = client.send(client.outgoing[0])
            if client.outgoing[0]:
                break
            client.outgoing.popleft()
        if client.broken:
            self._drop(client)
            return
        ended = client.dialect is not None and client.dialect.ended
        if ended and client.call is None and not client.leaving:
            self._leave(client)
        if not client.outgoing and client.leaving and client.call is None:
            with contextlib.suppress(OSError):  # it left by itself
                client.socket.shutdown(socket.SHUT_WR)
        self._listen_for(client)

    def _listen_for(self, client: Client) -> None:
        """Tell the selector what to wait for."""
        if client.socket not in self.clients:
            return
        events = selectors.EVENT_WRITE if client.outgoing else 0
        full = client.holds > self.request_limit and not client.leaving
        if not client.said_all and not full:
            events |= selectors.EVENT_READ
        if events == client.events:
            return
        if not client.events:
            self._selector.register(client.socket, events)
        elif not events:
            self._selector.unregister(client.socket)
        else:
            self._selector.modify(client.socket, events)
        client.events = events

    def _refuse(self, client: Client, why: str) -> None:
        """Say why, and end the connection once that was read."""
        if client.dialect is not None:
            words = client.dialect.refusal(why)
        else:  # which of them it would have been shows in its first byte
            words = blender_mcp.encoded(blender_mcp.failed(why))
        self._leave(client)
        self._say(client, Said(words))

    def _leave(self, client: Client) -> None:
        """Take nothing more from a client, and close once it has read what is sent."""
        client.leaving = True
        client.deadline = time.monotonic() + _GOODBYE_SECONDS

    def _drop(self, client: Client) -> None:
        self._abandon(client)
        if self.clients.pop(client.socket, None) is None:
            return
        if client.events:
            self._selector.unregister(client.socket)
        with client.sending:
            client.broken = True
            client.socket.close()

    def _abandon(self, client: Client) -> None:
        """Take back the call of a client that left. One that runs goes on, unless it says so."""
        asked = client.asked
        if (call := client.call) is not None:
            if asked is not None and asked.cancels:
                call.cancel("The client left.")
            else:
                call.drop("The client left.")

    # Time

    def _until_next_deadline(self) -> float | None:
        times = [
            at
            for each in self.clients.values()
            for at in (each.deadline, each.tells)
            if at is not None
        ]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _tell(self, client: Client, now: float) -> None:
        """Tell a client how its call goes on. One that does not read is not told more."""
        asked, call = client.asked, client.call
        assert asked is not None
        assert asked.progress is not None
        client.tells = now + _TELLING_SECONDS
        if call is None or call.result.done() or client.outgoing:
            return
        health = self._calls.health()
        if call.waits_for_person:
            words = "The person in Blender is asked for permission."
        elif (health.busy, health.busy_for) == (call.tool, call.origin.name):
            words = f"{call.tool} runs in Blender."
        else:
            words = f"Blender is busy; {health.queued} calls wait."
        client.outgoing.append(memoryview(asked.progress(now - client.began, words)))
        self._send(client)

    def _end_what_is_overdue(self) -> None:
        now = time.monotonic()
        for client in list(self.clients.values()):
            if client.tells is not None and client.tells <= now:
                with self._guarded(client):
                    self._tell(client, now)
            if client.deadline is None or client.deadline > now:
                continue
            client.deadline = None
            with self._guarded(client):
                self._overdue(client)

    def _overdue(self, client: Client) -> None:
        if client.leaving and client.call is None:
            self._drop(client)
        elif client.said_all or client.leaving:
            self._abandon(client)
            client.leaving = True  # a reply it still gets, if its call has begun; nothing more is
        else:
            seconds = f"{_HALF_REQUEST_SECONDS:g} s"
            self._refuse(client, f"Only half a command came within {seconds}.")

    def _ring(self) -> None:
        """Wake the listener, once for all that finishes before it looks. Any thread."""
        if not self._rung:
            self._rung = True
            with contextlib.suppress(OSError):  # the server was stopped
                self._ringer.send(b"\0")


def _listen(port: int) -> list[socket.socket]:
    """Return listening sockets for both loopback addresses, on the same port."""
    if not 0 <= port <= 65535:
        raise PortTaken(Phrase("{port} is no port: they go from 1 to 65535.", port=port))
    first = _listening_socket(socket.AF_INET, "127.0.0.1", port)
    try:
        second = _listening_socket(socket.AF_INET6, "::1", first.getsockname()[1])
    except PortTaken:
        first.close()
        if port == 0:  # free on one address, taken on the other: another one
            return _listen(0)
        raise
    return [first, second] if second else [first]


def _listening_socket(family: socket.AddressFamily, address: str, port: int) -> Any:
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError:  # no IPv6 on this machine
        return None
    try:
        # Windows lets a second program take a port unless told otherwise; elsewhere REUSEADDR
        # only means that connections just closed do not hold it.
        if sys.platform == "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        sock.listen(_MOST_CLIENTS)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        if family == socket.AF_INET6 and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            return None
        if error.errno == errno.EADDRINUSE:
            message = Phrase(
                "Port {port} is taken by another program. Choose another port, or close it.",
                port=port,
            )
        else:
            message = Phrase(
                "Port {port} cannot be used: {why}. Choose another.", port=port, why=error.strerror
            )
        raise PortTaken(message) from None
    return sock
