"""Many clients of all dialects at a real Blender for a long time, while people do what they do.

    uv run scripts/soak.py --blender PATH --minutes 30 --clients 32

Each client asks, checks each reply against what it asked for, now and then leaves in the midst of a
request, and comes back. Meanwhile files are opened, edits undone, and the extension is disabled and
enabled. In the end: every reply that was wrong, every request that got none, and how many threads,
sockets and how much memory Blender has, beside what it had after the first fifth of the time.
Exit code 1 says that something of that was not as it should be.
"""

from __future__ import annotations

import argparse
import collections
import http.client
import json
import math
import random
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from bpy_session import CHECKOUT

sys.path[:0] = [str(CHECKOUT / "tests")]

_PATIENCE = 60.0
"""Seconds without a reply that are a hang: ten times what opening a file takes here."""
_GROWTH = 0.05
_COMING_BACK = 5.0
"""Seconds after the port was closed and opened within which a client may still be cut off."""
_EXCUSED = (
    "Another file was opened meanwhile",
    "Scene Chat was switched off",
    "The client left",
    "in progress",
)
"""What a call may fail of, since people may do that to it."""

_WHERE = "next(a for a in w.screen.areas if a.type == 'VIEW_3D')"
_DISTURBANCES = {
    "a file opened": "bpy.ops.wm.open_mainfile(filepath={file!r})",
    "File > New": "bpy.ops.wm.read_homefile()",
    "undone": (
        "w = bpy.context.window_manager.windows[0]\n"
        f"with bpy.context.temp_override(window=w, area={_WHERE}):\n"
        "    bpy.ops.ed.undo() if bpy.ops.ed.undo.poll() else None"
    ),
    "disabled and enabled": (
        "import addon_utils\n"
        "addon_utils.disable(EXTENSION)\n"
        "addon_utils.enable(EXTENSION)\n"
        "bpy.ops.scene_chat.server_start(port={port}, allow='code,files')"
    ),
}


class Wrong(Exception):
    """A reply that is not one to what was asked."""


class Talk:
    """What all clients have seen."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self.ends = threading.Event()
        self.counts: collections.Counter[str] = collections.Counter()
        self.wrong: list[str] = []
        self.slowest = 0.0
        self.cut_until = 0.0
        """`time.monotonic()` until which connections may end: somebody closes the port."""
        self._lock = threading.Lock()

    @contextmanager
    def closing(self) -> Iterator[None]:
        """While inside, and a while after it, connections may end."""
        self.cut_until = math.inf
        try:
            yield
        finally:
            self.cut_until = time.monotonic() + _COMING_BACK

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def took(self, seconds: float) -> None:
        with self._lock:
            self.slowest = max(self.slowest, seconds)


class Client(threading.Thread):
    """One program that comes back whenever its connection ends."""

    dialect = ""

    def __init__(self, talk: Talk, number: int) -> None:
        super().__init__(name=f"{self.dialect} {number}")
        self.talk, self.draw = talk, random.Random(number)
        self.number = number
        self.asked = 0

    def run(self) -> None:
        while not self.talk.ends.is_set():
            try:
                with self.connected() as peer:
                    for _ in range(self.draw.randrange(1, 200)):
                        if self.talk.ends.is_set():
                            return
                        self.exchange(peer)
                        if self.draw.random() < 0.2:
                            time.sleep(self.draw.random() * 0.2)
                    if self.draw.random() < 0.5:
                        self.leave_in_the_midst(peer)
                self.talk.count("left and came back")
            except Wrong as wrong:
                self.talk.wrong.append(f"{self.name}: {wrong}")
                return
            except TimeoutError:
                self.talk.wrong.append(f"{self.name}: no reply within {_PATIENCE:g} s")
                return
            except (OSError, http.client.HTTPException) as error:
                if time.monotonic() > self.talk.cut_until:
                    self.talk.wrong.append(f"{self.name} was cut off: {error!r}")
                    return
                self.talk.count("cut off, as it may")
                time.sleep(0.2)

    def exchange(self, peer: Any) -> None:
        self.asked += 1
        mark = f"{self.name} asked {self.asked}"
        began = time.monotonic()
        said, error = self.ask(peer, mark)
        self.talk.took(time.monotonic() - began)
        if error:
            if not any(each in error for each in _EXCUSED):
                raise Wrong(f"{mark!r} failed: {error}")
            self.talk.count("failed, as it may")
        elif said != mark:
            raise Wrong(f"{mark!r} was answered {said!r}")
        self.talk.count(self.dialect)

    @contextmanager
    def connected(self) -> Iterator[Any]:
        with socket.create_connection(("127.0.0.1", self.talk.port), timeout=_PATIENCE) as peer:
            yield peer

    def ask(self, peer: Any, mark: str) -> tuple[str, str]:
        """Return what was said, and why it failed, one of them empty."""
        raise NotImplementedError

    def leave_in_the_midst(self, peer: Any) -> None:
        raise NotImplementedError


class BlenderMCP(Client):
    dialect = "BlenderMCP"

    def ask(self, peer: Any, mark: str) -> tuple[str, str]:
        if self.draw.random() < 0.05:
            command = {"type": "get_object_info", "params": {"name": "No Such Object"}}
            answer = _raw(peer, command)
            if "No Such Object" not in answer.get("message", ""):
                return "", f"an unknown object: {answer}"
            return mark, ""
        code = f"print({mark!r})"
        if self.draw.random() < 0.3:
            code += f"\nbpy.data.objects.get('Cube') and None\nbpy.data.meshes.new({mark!r})"
        answer = _raw(peer, {"type": "execute_code", "params": {"code": code}})
        if answer["status"] == "success":
            return answer["result"]["result"].rstrip("\n"), ""
        return "", answer["message"]

    def leave_in_the_midst(self, peer: Any) -> None:
        peer.sendall(b'{"type":"execute_code","params":{"code":"print(1)')


class Lab(Client):
    dialect = "Blender Lab"

    def ask(self, peer: Any, mark: str) -> tuple[str, str]:
        command = {"type": "execute", "code": f"result = {{'said': {mark!r}}}", "strict_json": True}
        with socket.create_connection(("127.0.0.1", self.talk.port), timeout=_PATIENCE) as own:
            answer = _raw(own, command, b"\0")
        if answer["status"] == "ok":
            return answer["result"]["said"], ""
        return "", answer["message"]

    def leave_in_the_midst(self, peer: Any) -> None:
        peer.sendall(b'{"type":"execute","code":"result = {}"}\0')


class MCP(Client):
    dialect = "MCP"

    @contextmanager
    def connected(self) -> Iterator[Any]:
        peer = http.client.HTTPConnection("127.0.0.1", self.talk.port, timeout=_PATIENCE)
        try:
            self.session = ""
            params = {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": self.name, "version": "1"},
            }
            self._post(peer, "initialize", params)
            yield peer
        finally:
            peer.close()

    def ask(self, peer: Any, mark: str) -> tuple[str, str]:
        if self.draw.random() < 0.1:
            self._post(peer, "ping", {})
            return mark, ""
        call = {"name": "execute_code", "arguments": {"code": f"{mark!r}"}}
        result = self._post(peer, "tools/call", call)["result"]
        if result.get("isError"):
            return "", result["content"][0]["text"]
        return result["structuredContent"]["result"]["value"], ""

    def _post(self, peer: Any, method: str, params: dict[str, Any]) -> Any:
        body = {"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Authorization": f"Bearer {self.talk.token}",
        }
        if self.session:
            headers["Mcp-Session-Id"] = self.session
        peer.request("POST", "/mcp", json.dumps(body), headers)
        response = peer.getresponse()
        text = response.read()
        self.session = response.headers.get("Mcp-Session-Id", self.session)
        if response.status == 404:  # the extension was enabled anew: sessions are of its time
            raise ConnectionResetError
        answer = json.loads(text)
        if response.status != 200 or answer["id"] != body["id"]:
            raise Wrong(f"{method}: {response.status} {text[:300]!r}")
        return answer

    def leave_in_the_midst(self, peer: Any) -> None:
        peer.sock.sendall(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1")


def _raw(peer: socket.socket, command: dict[str, Any], end: bytes = b"") -> Any:
    peer.sendall(json.dumps(command).encode() + end)
    data = b""
    while True:
        more = peer.recv(65536)
        if not more:
            raise ConnectionResetError
        data += more
        try:
            return json.loads(data.rstrip(b"\0"))
        except ValueError:
            continue


def _state(pid: int) -> dict[str, int]:
    """Threads, sockets and memory of a process, the latter in MB."""
    proc = Path(f"/proc/{pid}")
    sockets = 0
    for each in (proc / "fd").iterdir():
        try:
            sockets += "socket:" in str(each.readlink())
        except OSError:  # closed meanwhile
            continue
    resident = int((proc / "statm").read_text().split()[1]) * 4096
    return {
        "threads": len(list((proc / "task").iterdir())),
        "sockets": sockets,
        "MB": resident // 1_000_000,
    }


def main() -> int:
    """Run it, print what was seen; return the process's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--blender", required=True, metavar="PATH", help="a desktop Blender")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    import conftest  # noqa: F401 - makes the checkout importable as scene_chat
    from build import PLATFORMS, build
    from desktop.program import Program
    from scene_chat.server.listener import next_free_port  # type: ignore[import-not-found]

    print(f"{options.clients} clients, {options.minutes:g} min, --seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="scene_chat_soak_") as temporary:
        folder = Path(temporary)
        # Below those that systems give to outgoing connections: a client that finds such a port closed
        # now and then connects to itself, and holds it.
        port = next_free_port(random.randrange(20_000, 30_000))
        zip_file = build(PLATFORMS["linux-x64"], folder)
        program = Program(options.blender, zip_file, folder, port=port)
        try:
            return _soak(program, folder, options)
        finally:
            program.close()


def _soak(program: Any, folder: Path, options: argparse.Namespace) -> int:
    draw = random.Random(options.seed)
    token = Path(program.value("str(here.token.path)")).read_text().strip()
    file = folder / "soak.blend"
    program.aside(f"bpy.ops.wm.save_as_mainfile(filepath={str(file)!r}, copy=True)")
    talk = Talk(program.port, token)
    kinds = (BlenderMCP, MCP, Lab, MCP)
    clients = [kinds[each % len(kinds)](talk, each) for each in range(options.clients)]
    ends = time.monotonic() + 60 * options.minutes
    early = ends - 60 * options.minutes * 0.8
    before: dict[str, int] = {}
    disturbed: collections.Counter[str] = collections.Counter()
    for each in clients:
        each.start()
    while time.monotonic() < ends and not talk.wrong and program.process.poll() is None:
        if not before and time.monotonic() > early:
            before = _at_rest(program, talk)
        time.sleep(draw.uniform(0.5, 3.0))
        what = draw.choice(list(_DISTURBANCES))
        code = _DISTURBANCES[what].format(file=str(file), port=program.port)
        with talk.closing() if "disabled" in what else nullcontext():
            said = program.aside(code)
        if "Traceback" in said:
            talk.wrong.append(f"{what}: {said}")
        disturbed[what] += 1
    talk.ends.set()
    for each in clients:
        each.join(_PATIENCE)
    hung = [each.name for each in clients if each.is_alive()]
    alive = program.process.poll() is None
    after = _at_rest(program, talk) if alive else {}
    if alive and (faults := program.value("[str(each) for each in here.faults.known]")):
        talk.wrong.append(f"faults of ours: {faults}")
    few = 5 * options.minutes * options.clients
    talk.wrong += [
        f"only {talk.counts[kind.dialect]} replies to {kind.dialect}"
        for kind in kinds
        if talk.counts[kind.dialect] < few / len(kinds)
    ]
    print("replies:", dict(talk.counts))
    print("meanwhile:", dict(disturbed))
    print(f"slowest reply: {talk.slowest:.2f} s")
    print("after the first fifth:", before, " in the end:", after)
    for said in talk.wrong[:20]:
        print("WRONG:", said)
    if hung:
        print("HUNG:", ", ".join(hung))
    if not alive:
        print("DIED:", program.said())
    grown = [name for name in after if after[name] > before[name] * (1 + _GROWTH) + 1]
    if grown:
        print("GREW:", ", ".join(grown))
    return 1 if talk.wrong or hung or grown or not alive else 0


def _at_rest(program: Any, talk: Talk) -> dict[str, int]:
    """The state with the scene empty and no connection but one: what has come with time shows.

    Clients come back by themselves once the port is open again.
    """
    program.disconnect()
    with talk.closing():
        program.aside("bpy.ops.scene_chat.server_stop()\nbpy.ops.wm.read_homefile()")
        time.sleep(1.0)
        state = _state(program.process.pid)
        program.aside(f"bpy.ops.scene_chat.server_start(port={talk.port}, allow='code,files')")
    return state


if __name__ == "__main__":
    sys.exit(main())
