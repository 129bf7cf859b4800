"""The BlenderMCP dialect: `{"type": …, "params": {…}}` and back, over our tools.

An adapter with a command table of its own: names, parameters, units and shapes are those that the
clients `blender-mcp` 1.x and `mcp-for-blender` 2.x, and scripts like them, expect. Two texts are
matched by these clients to the letter: "Unknown command type: X" and "unexpected keyword argument".

Replies are one JSON object each, pure ASCII (a client that splits a read inside a character dies
of it), and those of the everyday commands at most 8,000 bytes, since simple clients read once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

REPLY_BYTES = 8_000
PROTOCOL = 15
"""The BlenderMCP add-on protocol that 2.2 clients take for current."""
CLIENT_SECONDS = 170.0
"""A command's time limit: below the clients' own time-out of 180 s."""
PATIENCE_SECONDS = 150.0
"""How long a person may think about an approval before the client is refused."""

Reply = dict[str, Any]
Arguments = dict[str, Any]


class About(NamedTuple):
    """What the clients are told of this program: versions, as three numbers each."""

    extension: tuple[int, int, int]
    blender: tuple[int, int, int]

    @property
    def extension_text(self) -> str:
        """The extension's version as people write it."""
        return ".".join(map(str, self.extension))


class Fixed(NamedTuple):
    """A command that is answered without a look at the scene."""

    result: Callable[[About], Any]
    takes: frozenset[str] = frozenset()


class Translated(NamedTuple):
    """A command that becomes one call of one of our tools.

    Attributes:
        tool: Ours.
        arguments: From the command's parameters to the tool's.
        result: From the tool's value to what the clients expect.
        takes: The command's parameters.
        needs: Those without which it makes no sense.
    """

    tool: str
    arguments: Callable[[Mapping[str, Any]], Arguments]
    result: Callable[[Any], Any]
    takes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


class BadCommand(Exception):
    """A command that cannot be carried out as it stands. The message is for its client."""


def command(frame: Mapping[str, Any]) -> tuple[Fixed | Translated, Mapping[str, Any]]:
    """Return what a request asks for, and its parameters.

    Raises:
        BadCommand: unknown, or with parameters that are unknown, missing or no object.
    """
    kind = frame.get("type")
    if not isinstance(kind, str):
        raise BadCommand('A command has the form {"type": "get_scene_info", "params": {}}.')
    params = frame.get("params")
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise BadCommand(f"{kind}: params has to be an object, not {type(params).__name__}.")
    found = COMMANDS.get(kind)
    if found is None:
        raise BadCommand(f"Unknown command type: {kind}")
    for name in params:
        if name not in found.takes:
            taken = (
                f"It takes {', '.join(sorted(found.takes))}." if found.takes else "It takes none."
            )
            raise BadCommand(f"{kind}() got an unexpected keyword argument {name!r}. {taken}")
    if isinstance(found, Translated) and (missing := sorted(found.needs - set(params))):
        raise BadCommand(f"{kind}() is missing the parameter {', '.join(missing)}.")
    return found, params


def succeeded(result: object) -> Reply:
    """Return the reply that carries a result."""
    return {"status": "success", "result": result}


def failed(message: str) -> Reply:
    """Return an error reply; the clients show `message` as it stands."""
    return {"status": "error", "message": message}


def encoded(answer: Reply) -> bytes:
    """Return a reply's bytes: ASCII, without a line end."""
    return json.dumps(answer, ensure_ascii=True, allow_nan=False).encode("ascii")


def _scene_arguments(_: Mapping[str, Any]) -> Arguments:
    return {"limit": 500}


def _scene(value: Any) -> Reply:
    listed = {
        "name": value["scene"],
        "object_count": sum(value["counts"]["objects"].values()),
        "objects": value["objects"],
        "materials_count": value["counts"]["materials"],
    }
    while len(encoded(succeeded(listed))) > REPLY_BYTES:
        objects = listed["objects"]
        listed["objects"] = objects[: len(objects) * 9 // 10]
    return listed


def _object(value: Any) -> Reply:
    described = value["objects"][0]
    data = described.get("data", {})
    told = {
        "name": described["name"],
        "type": described["type"],
        "location": described["location"],
        "rotation": [math.radians(angle) for angle in described["rotation"]["degrees"]],
        "scale": described["scale"],
        "dimensions": described["dimensions"],
        "visible": described["visible"],
        "materials": [name for name in described.get("materials", []) if name],
    }
    if described.get("bounds"):
        told["world_bounding_box"] = described["bounds"]
    if "vertices" in data:
        told["mesh"] = {
            "vertices": data["vertices"],
            "edges": data["edges"],
            "polygons": data["faces"],
        }
    for more in ("parent", "children", "modifiers", "constraints", "custom_properties"):
        if more in described:
            told[more] = described[more]
            if len(encoded(succeeded(told))) > REPLY_BYTES:
                told[more] = "too long to be shown here"
    return told


def _screenshot_arguments(params: Mapping[str, Any]) -> Arguments:
    kind = params.get("format", "png")
    if kind not in ("png", "PNG"):
        raise BadCommand(f"get_viewport_screenshot: format has to be 'png', not {kind!r}.")
    size = params.get("max_size", 800)
    if not isinstance(size, int):
        raise BadCommand(
            f"get_viewport_screenshot: max_size has to be a whole number, not {size!r}."
        )
    return {"view": "viewport", "size": min(max(size, 64), 2048), "filepath": params["filepath"]}


def _items(value: Any) -> Reply:
    rows = value["objects"]
    items = [{"kind": "object", "name": row["name"], "detail": row["type"]} for row in rows]
    return {"items": items, "total": value["objects_total"]}


def _screenshot(value: Any) -> Reply:
    return {
        "success": True,
        "width": value["width"],
        "height": value["height"],
        "filepath": value["filepath"],
    }


def _addon_info(about: About) -> Reply:
    return {
        "addon_version": list(about.extension),
        "protocol_version": PROTOCOL,
        "blender_version": list(about.blender),
        "capabilities": sorted(COMMANDS),
    }


def _switched_off(service: str) -> Fixed:
    message = f"Scene Chat offers no {service}; use execute_code, or files on this machine."
    return Fixed(lambda _: {"enabled": False, "message": message})


COMMANDS: dict[str, Fixed | Translated] = {
    "get_scene_info": Translated("get_scene_info", _scene_arguments, _scene),
    "get_object_info": Translated(
        "get_object_info",
        lambda params: {"names": [params["name"]]},
        _object,
        takes=frozenset({"name"}),
        needs=frozenset({"name"}),
    ),
    "execute_code": Translated(
        "execute_code",
        lambda params: {"code": params["code"]},
        lambda value: {"executed": True, "result": value["stdout"]},
        takes=frozenset({"code"}),
        needs=frozenset({"code"}),
    ),
    "get_viewport_screenshot": Translated(
        "look",
        _screenshot_arguments,
        _screenshot,
        takes=frozenset({"max_size", "filepath", "format"}),
        needs=frozenset({"filepath"}),
    ),
    "list_scene_items": Translated(
        "get_scene_info",
        lambda params: {"name": params.get("query") or "", "limit": params.get("limit", 30)},
        _items,
        takes=frozenset({"query", "limit"}),
    ),
    "get_addon_info": Fixed(_addon_info),
    "get_telemetry_consent": Fixed(lambda _: {"consent": False}),
    "set_telemetry_consent": Fixed(lambda _: {"consent": False}, takes=frozenset({"consent"})),
    "drain_human_activity": Fixed(lambda _: {"events": []}),
    **{
        f"get_{name}_status": _switched_off(service)
        for name, service in {
            "polyhaven": "Poly Haven",
            "sketchfab": "Sketchfab",
            "polypizza": "Poly Pizza",
            "hunyuan3d": "Hunyuan3D",
            "hyper3d": "Hyper3D",
            "tripo": "Tripo",
            "meshy": "Meshy",
        }.items()
    },
}
