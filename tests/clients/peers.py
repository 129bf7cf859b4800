"""Other people's MCP servers for Blender, run whole, with a port of ours for their Blender.

People who come from BlenderMCP have them in their clients' settings. What they send, look for in
our replies and do with the files that we write is tested by running them, not by a client of ours
that does as we believe they do. Each gets an environment of its own (they need an `mcp` below 2),
a home folder of its own (they remember things there) and no telemetry.

Nothing here can hang: installing, starting, each request and ending have a time limit each.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, TypeVar

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.types import CallToolResult, Tool

INSTALL_SECONDS = 300.0
START_SECONDS = 60.0
CALL_SECONDS = 30.0
"""Far above what any request here takes, far below the peers' own 180 s: a request whose answer
gets lost is to fail here, by a name, and not in their time-out."""
_LOG_SHOWN = 4_000

T = TypeVar("T")


@dataclass(frozen=True)
class Program:
    """One of these servers.

    Attributes:
        requirement: What to install. Of one version, since tests know its tools and texts.
        script: The command that the package brings.
        environment: Variables that it gets beyond those that all get.
    """

    requirement: str
    script: str
    environment: tuple[tuple[str, str], ...] = ()


BLENDER_MCP = Program("blender-mcp==1.6.5", "blender-mcp")
MCP_FOR_BLENDER = Program(
    "mcp-for-blender==2.2.4",
    "mcp-for-blender",
    # As its own `setup` does for Codex; without it the tools of its Viewport app are not listed.
    environment=(("BLENDER_MCP_APPS", "1"),),
)
BLENDER_MCP_CONNECT = Program("blender-mcp-connect==0.1.0", "blender-mcp-connect")
"""Of the Blender Lab's server; the other two are of BlenderMCP."""


def install(program: Program, folder: Path) -> Path:
    """Install a program into a new environment in `folder`; return its command.

    `uv tool run` would do in one step, but then a download would count as the program's start,
    and a process would stand between us and the one that has to end.

    Raises:
        FileNotFoundError: there is no uv.
        subprocess.CalledProcessError: it cannot be installed; uv has written why.
        subprocess.TimeoutExpired: it took too long.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise FileNotFoundError("uv is needed to install other MCP servers.")
    for arguments in (
        ["venv", "--quiet", "--python", sys.executable, str(folder)],
        ["pip", "install", "--quiet", "--python", str(folder), program.requirement],
    ):
        subprocess.run([uv, *arguments], check=True, timeout=INSTALL_SECONDS)
    return folder / ("Scripts" if sys.platform == "win32" else "bin") / program.script


class Peer:
    """One that runs, and the MCP session with it. Made by `running`."""

    def __init__(self, portal: BlockingPortal, session: ClientSession, log: Path) -> None:
        self._portal = portal
        self._session = session
        self._log = log
        self._stuck = False

    def tools(self) -> list[Tool]:
        """Return the tools that it lists. Raises as `call` does."""
        return self._limited(self._session.list_tools).tools

    def call(self, tool: str, arguments: dict[str, Any] | None = None) -> CallToolResult:
        """Call a tool; return its result, which may be an error that the tool tells of.

        Raises:
            MCPError: the request as such failed, or the peer has ended.
            TimeoutError: no answer came within `CALL_SECONDS`.
        """
        return self._limited(lambda: self._session.call_tool(tool, arguments or {}))

    def resource(self, uri: str) -> str:
        """Return a resource's text. Raises as `call` does."""
        contents = self._limited(lambda: self._session.read_resource(uri)).contents
        return "".join(getattr(each, "text", "") for each in contents)

    def said(self) -> str:
        """Return what it has written to its standard error, also after its end."""
        return _read(self._log)

    def _limited(self, request: Callable[[], Awaitable[T]]) -> T:
        async def limited() -> T:
            with anyio.fail_after(CALL_SECONDS):
                return await request()

        with _with_log(self._log):
            if self._stuck:
                raise TimeoutError("It still waits for the answer to an earlier request.")
            try:
                return self._portal.call(limited)
            except TimeoutError:
                # They take one request at a time and wait for Blender for three minutes: all
                # that are to come would run into the limit too, one after the other.
                self._stuck = True
                raise


@contextmanager
def running(program: Program, command: Path, port: int, home: Path) -> Iterator[Peer]:
    """Run an installed program for the time of the block, with `port` for its Blender.

    Its event loop runs in a thread of its own, so that tests may be plain functions. At the end
    its standard input is closed, by which MCP's servers end; one that has not done so within two
    seconds is killed with all that it has started.

    Args:
        program: Which one.
        command: What `install` returned for it.
        port: Of 127.0.0.1.
        home: An empty folder, for what it remembers.

    Raises:
        ExceptionGroup: with what kept it from starting; a note has what it wrote.
    """
    log = home / "stderr.log"
    parameters = StdioServerParameters(
        command=str(command), env=_environment(program, port, home), cwd=home
    )
    with (
        log.open("w", encoding="utf-8") as errors,
        start_blocking_portal() as portal,
        _with_log(log),
        portal.wrap_async_context_manager(_session(parameters, errors)) as session,
    ):
        yield Peer(portal, session, log)


@asynccontextmanager
async def _session(
    parameters: StdioServerParameters, errors: TextIO
) -> AsyncIterator[ClientSession]:
    async with stdio_client(parameters, errors) as streams, ClientSession(*streams) as session:
        with anyio.fail_after(START_SECONDS):
            await session.initialize()
        yield session


def _environment(program: Program, port: int, home: Path) -> dict[str, str]:
    """Return what it gets beside the few variables that mcp passes on: PATH and its like."""
    return {
        **dict.fromkeys(("BLENDER_HOST", "BLENDER_MCP_HOST"), "127.0.0.1"),
        **dict.fromkeys(("BLENDER_PORT", "BLENDER_MCP_PORT"), str(port)),
        # Whatever Blender says of consent, both count their use by web requests without this.
        "DISABLE_TELEMETRY": "1",
        **dict.fromkeys(("HOME", "USERPROFILE", "APPDATA"), str(home)),
        # Pictures come as files in the temporary folder, which therefore has to be the same.
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), tempfile.gettempdir()),
        **dict(program.environment),
    }


@contextmanager
def _with_log(log: Path) -> Iterator[None]:
    """Note on an exception what the peer wrote: the reason often stands only there."""
    try:
        yield
    except Exception as error:
        error.add_note(f"The peer wrote:\n{_read(log)[-_LOG_SHOWN:]}")
        raise


def _read(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")
