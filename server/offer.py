"""What this Blender offers to MCP: its tools, its scene as resources, and prompts to begin with.

Every call and every reading goes the one way to the scene, as a tool of the registry.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from ..tools.call import CallResult
from ..tools.errors import ToolError, nearest
from ..tools.registry import Effect, Registry
from .mcp import Message, NotOffered, Wanted

_SCENE = "blender://scene"
_OBJECT = "blender://object/"
_OBJECTS = f"{_OBJECT}{{name}}"
_MOST_COMPLETIONS = 100
"""As MCP has it."""
_SAFE_TO_REPEAT = frozenset({"set_object", "set_properties", "set_material", "set_keyframes"})
"""Tools that, called again with the same arguments, change nothing more."""

_PROMPTS: Mapping[str, tuple[str, str, Mapping[str, str], str]] = {
    "model_from_description": (
        "Model from a Description",
        "Build something from words, in steps that can be looked at",
        {"what": "What to build, with sizes in metres where they matter"},
        "Build this in Blender: {what}. Look at the scene first. Work in a few steps, name every "
        "object after what it is, give materials, and look at the result from two sides. Say at the "
        "end what you made, with its measures.",
    ),
    "data_centre": (
        "Data Centre",
        "Racks in rows on a raised floor, with lights and a camera",
        {"rows": "How many rows of racks", "racks": "How many racks in each row"},
        "Model a data centre in Blender: a raised floor, {rows} rows of {racks} server racks each "
        "(0.6 m wide, 1.2 m deep, 2 m high, aisles of 1.2 m), cable trays above, cool light, and a "
        "camera that looks down one aisle. Use linked duplicates for the racks. Look at it at the "
        "end.",
    ),
    "explain_scene": (
        "Explain the Scene",
        "What is there, and what may need attention",
        {},
        "Look at the scene that is open in Blender and explain it to somebody who sees it for the "
        "first time: what there is, how it is organised, how it is lit, and what may need "
        "attention. Change nothing.",
    ),
}
"""By name: title, description, arguments with theirs, and the text."""


class SceneOffer:
    """See the module; an `mcp.Offer`. Listener thread."""

    capabilities: Message = {  # noqa: RUF012 - never changed
        "tools": {},
        "resources": {},
        "prompts": {},
        "completions": {},
        "logging": {},
    }
    instructions = (
        "The scene that is open in a running Blender. Each change is one undo step there, and the "
        "person may be asked before it is made. Look before and after: get_scene_info tells what "
        "there is, look shows it."
    )

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def tools(self) -> list[Message]:
        """Return every tool with its schema and hints."""
        return [self._tool(each["function"]) for each in self._registry.schemas()]

    def _tool(self, function: Mapping[str, Any]) -> Message:
        name = function["name"]
        reads = self._registry.get(name).effect is Effect.READS
        return {
            "name": name,
            "title": name.replace("_", " ").capitalize(),
            "description": function["description"],
            "inputSchema": function["parameters"],
            "annotations": {
                "readOnlyHint": reads,
                "destructiveHint": not reads,
                "idempotentHint": reads or name in _SAFE_TO_REPEAT,
                "openWorldHint": False,
            },
        }

    def resources(self) -> list[Message]:
        return [
            {
                "uri": _SCENE,
                "name": "scene",
                "title": "Scene",
                "description": "What the open scene holds, as get_scene_info tells it",
                "mimeType": "application/json",
            }
        ]

    def templates(self) -> list[Message]:
        return [
            {
                "uriTemplate": _OBJECTS,
                "name": "object",
                "title": "Object",
                "description": "One object of the scene, as get_object_info tells it",
                "mimeType": "application/json",
            }
        ]

    def prompts(self) -> list[Message]:
        return [
            {
                "name": name,
                "title": title,
                "description": description,
                "arguments": [
                    {"name": each, "description": said, "required": True}
                    for each, said in arguments.items()
                ],
            }
            for name, (title, description, arguments, _) in _PROMPTS.items()
        ]

    def call(self, name: str, arguments: Mapping[str, Any]) -> Wanted:
        try:
            self._registry.get(name)
        except ToolError as error:
            raise NotOffered(str(error)) from None
        return Wanted(name, arguments, self.contents)

    def contents(self, result: CallResult) -> Message:
        """Return a call's result as content: text, the picture if it made one, and structure."""
        if not result.ok:
            return {"content": [_text(result.error)], "isError": True}
        told: Message = {"result": result.value}
        if changed := result.receipt.text():
            told["changed"] = changed
        content = [_text(json.dumps(told, ensure_ascii=False))]
        if result.picture is not None:
            data = base64.b64encode(result.picture.data).decode("ascii")
            content.append({"type": "image", "data": data, "mimeType": result.picture.media_type})
        return {"content": content, "structuredContent": told, "isError": False}

    def read(self, uri: str) -> Wanted:
        if uri == _SCENE:
            return Wanted("get_scene_info", {}, lambda result: _resource(uri, result))
        if uri.startswith(_OBJECT) and (name := unquote(uri.removeprefix(_OBJECT))):
            return Wanted(
                "get_object_info", {"names": [name]}, lambda result: _resource(uri, result)
            )
        hint = f"There are {_SCENE} and {_OBJECT}NAME, such as {_OBJECT}{quote('Cube.001')}."
        raise NotOffered(f"There is no resource {uri!r}. {hint}")

    def prompt(self, name: str, arguments: Mapping[str, str]) -> Message:
        if name not in _PROMPTS:
            raise NotOffered(f"There is no prompt {name!r}.{nearest(name, _PROMPTS)}")
        _, description, wanted, text = _PROMPTS[name]
        if missing := [each for each in wanted if not arguments.get(each)]:
            raise NotOffered(f"The prompt {name} wants {', '.join(missing)}.")
        said = text.format_map({each: arguments[each] for each in wanted})
        message = {"role": "user", "content": _text(said)}
        return {"description": description, "messages": [message]}

    def complete(self, ref: Mapping[str, str], argument: Mapping[str, str]) -> Wanted | Message:
        """Return what an argument may be: objects have names to choose from, prompts have none."""
        if ref.get("uri") == _OBJECTS:
            arguments = {"name": argument["value"], "limit": _MOST_COMPLETIONS}
            return Wanted("get_scene_info", arguments, _names)
        if ref.get("name") in _PROMPTS:
            return {"completion": {"values": []}}
        raise NotOffered(f"There is nothing to complete of {ref.get('uri') or ref.get('name')!r}.")


def _text(text: str) -> Message:
    return {"type": "text", "text": text}


def _names(result: CallResult) -> Message:
    if not result.ok:
        raise ToolError(result.error)
    found: Any = result.value
    values = [row["name"] for row in found["objects"]]
    total = found["objects_total"]
    return {"completion": {"values": values, "total": total, "hasMore": total > len(values)}}


def _resource(uri: str, result: CallResult) -> Message:
    if result.kind == "NoSuchObject":
        raise NotOffered(result.error)
    if not result.ok:
        raise ToolError(result.error)
    text = json.dumps(result.value, ensure_ascii=False)
    return {"contents": [{"uri": uri, "mimeType": "application/json", "text": text}]}
