"""Scene Chat: people talk to their scene, and other programs use the same tools.

Blender calls `register` and `unregister`. Imports stand inside them, so that a test runner that
walks the checkout can import this file without Blender.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .server.dialect import Dialect
    from .server.mcp import Endpoint
    from .tools.handlers.history import History
    from .tools.registry import Registry
    from .tools.renders import RenderJobs


def register() -> None:
    """Build the parts, hand them to each other, and make them known to Blender."""
    from functools import cache
    from pathlib import Path

    import bpy

    from . import operators, ui
    from .chat.account import Account
    from .chat.catalogue import Catalogue
    from .chat.chat import Chat
    from .chat.chats import Chats
    from .chat.endpoints import Endpoints
    from .chat.money import Ledger
    from .chat.sign_in import SignIn
    from .chat.worker import Worker
    from .operators import runtime
    from .server.blender_mcp import About
    from .server.discovery import Discovery
    from .server.listener import Server
    from .server.token import Token
    from .tools import libraries
    from .tools.alarm import Alarm
    from .tools.audit import Audit
    from .tools.call import CallPath
    from .tools.faults import Faults
    from .tools.gate import Gate
    from .tools.handlers.live_scene import LiveScene
    from .tools.phrase import Phrase
    from .tools.plain import Secrets
    from .tools.queue import MainThreadQueue
    from .tools.registry import Registry
    from .tools.renders import RenderJobs
    from .tools.saved_copies import SavedCopies

    libraries.check()
    # Blender removes an extension's own folder with it; what is kept for the person is not in there.
    kept = Path(bpy.utils.user_resource("DATAFILES", path="scene_chat"))
    own = Path(bpy.utils.extension_path_user(__package__))
    lists = own / "models"
    copies = SavedCopies(kept / "copies")
    scene = LiveScene(copies)
    secrets = Secrets()
    faults = Faults(secrets)
    alarm = Alarm(faults)
    renders = RenderJobs(alarm)
    registry = Registry(lambda registry: _fill(registry, renders, scene.history))
    queue = MainThreadQueue(alarm)
    gate = Gate(alarm, can_ask=not bpy.app.background)
    audit = Audit(kept, secrets)
    calls = CallPath(registry, gate, queue, scene, secrets, audit)
    worker = Worker(faults)
    chats = Chats(kept / "chats", secrets, faults, worker.later, runtime.opened())
    chat = Chat(
        calls,
        secrets,
        faults,
        worker,
        Ledger(kept / "spending"),
        bpy.app.version_string,
        runtime.history() or chats.new(),
    )
    about = About(_version(), bpy.app.version)
    token = Token(own / "port" / "token", secrets)

    @cache
    def endpoint() -> Endpoint:
        from .server.mcp import Endpoint  # at the first HTTP client
        from .server.offer import SceneOffer

        return Endpoint(SceneOffer(registry), "Scene Chat", about.extension_text, faulted)

    def faulted(error: BaseException) -> None:
        faults.note(Phrase("the port"), error)

    def http(limit: int, port: int) -> Dialect:
        from .server.http import Http

        def refused(why: str) -> None:
            audit.turned_away("HTTP client", why)

        return Http(limit, port, endpoint(), calls.health, token.matches, refused)

    server = Server(calls, about, faults, http=http, refused=audit.turned_away)
    chat.ended = lambda: calls.read(scene.leave)
    scene.start()
    runtime.set_current(
        runtime.Runtime(
            package=__package__,
            alarm=alarm,
            gate=gate,
            queue=queue,
            secrets=secrets,
            audit=audit,
            calls=calls,
            worker=worker,
            renders=renders,
            chat=chat,
            chats=chats,
            sign_in=SignIn(worker, secrets, faults),
            account=Account(worker, secrets, faults),
            catalogue=Catalogue(worker, faults, lists),
            endpoints=Endpoints(worker, faults),
            token=token,
            discovery=Discovery(kept / "ports", token.path),
            server=server,
            scene=scene,
            faults=faults,
        )
    )
    # Blender does not unregister what did not register.
    try:
        operators.register()
        ui.register()
        runtime.current().started()
    except BaseException:
        runtime.current().close()
        runtime.set_current(None)
        raise


def unregister() -> None:
    """Take everything out of Blender again, and end every thread."""
    from . import operators, ui
    from .operators import runtime

    try:
        ui.unregister()
        operators.unregister()
    finally:
        runtime.current().close()
        runtime.set_current(None)


def _fill(registry: Registry, renders: RenderJobs, history: History) -> None:
    """At the first need of a tool."""
    from .tools.handlers.toolbox import fill

    fill(registry, renders, history)


def _version() -> tuple[int, int, int]:
    """The extension's version, from its manifest."""
    import re
    from pathlib import Path

    manifest = Path(__file__).with_name("blender_manifest.toml").read_text("utf-8")
    found = re.search(r'^version = "(\d+)\.(\d+)\.(\d+)"', manifest, re.MULTILINE)
    assert found is not None, "blender_manifest.toml has no version"
    return int(found[1]), int(found[2]), int(found[3])
