"""What a script or an operator changed, by a look before and a look after.

Names are compared at any size, transforms and visibility up to 20,000 objects. In
small scenes every data-block is compared value by value, since Blender reports many changes never
(custom properties, Cycles settings, unused data). In larger ones Blender's own list of what waits
to be updated nominates what else to name; it is read without forcing an update.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import bpy
from bpy.app.handlers import persistent

from ..receipt import Receipt
from .blocks import list_name, lists
from .walk import Values, walked

_SMALL = 200
"""Data-blocks up to which all are compared: about 20 ms."""
_LARGE = 20_000
"""Data-blocks of a kind beyond which names alone are compared, since even counting them takes 9 ms
at 100,000: a new name is one removed and one added, and Blender's list tells who moved."""
_NOMINATED = 64
"""Updates that are looked at; where Blender lists more, it lists everything that hangs on one."""
_PLACED = {"location": 3, "rotation_euler": 3, "scale": 3}
_FLAGS = ("hide_viewport", "hide_render")
_TRANSFORMS = frozenset(
    "location rotation_euler rotation_quaternion rotation_axis_angle scale delta_location "
    "delta_rotation_euler delta_scale".split()
)
_WITH_OBJECT = ("mesh", "curve", "light", "camera", "armature", "lattice", "metaball")
"""Data that came or went with an object of its own is not named beside it."""


class Snapshot(NamedTuple):
    """The state at one moment, without references to data-blocks.

    Attributes:
        names: By list of `bpy.data`: identities and names, in Blender's order.
        placed: Of all objects in their order: transforms and flags, one array each; none in the
            largest scenes.
        values: By list and identity, in small scenes; else None.
        waiting: What waited for Blender's update already.
    """

    names: Mapping[str, tuple[bytes, list[str]]]
    placed: Mapping[str, Any]
    values: Mapping[tuple[str, int], Values] | None
    waiting: frozenset[tuple[str, str]]


class Updates:
    """What Blender updates while a script runs. Listens between `start` and `stop` only."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], set[str]] = {}

        @persistent
        def updated(_scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> None:
            self._note(graph)

        self._handler = updated

    def start(self) -> None:
        self._seen = {}
        bpy.app.handlers.depsgraph_update_post.append(self._handler)

    def stop(self) -> dict[tuple[str, str], set[str]]:
        """Listen no more; return what was updated or waits for it, with how.

        By the name it had when Blender last looked: it may be gone by now.
        """
        if self._handler in bpy.app.handlers.depsgraph_update_post:  # scripts clear the list
            bpy.app.handlers.depsgraph_update_post.remove(self._handler)
        if bpy.context.view_layer is not None:
            self._note(bpy.context.view_layer.depsgraph)
        return self._seen

    def _note(self, graph: bpy.types.Depsgraph | None) -> None:
        if graph is None:
            return
        for update in graph.updates[: _NOMINATED + 1]:
            # Never its `original`: that may have been removed, and reading it then crashes.
            block = update.id
            place = _place_of(block)
            if place in (None, "scenes", "collections"):  # updated with what is in them
                continue
            how = self._seen.setdefault((place, block.name), set())
            if place == "objects" and update.is_updated_transform:
                how.add("transform")
            elif update.is_updated_geometry:
                how.add("geometry")
            elif update.is_updated_shading and not update.is_updated_geometry:
                how.add("shading")


def _place_of(block: bpy.types.ID) -> str | None:
    """Which list of `bpy.data` a data-block is in; None for an embedded one."""
    return None if block.is_embedded_data else list_name(block.bl_rna)


def snapshot(*, after: bool = False) -> Snapshot:
    """Return the state now. Main thread.

    Args:
        after: Whether it is the second one, which needs not know what waits to be updated.
    """
    names = {}
    for place in lists().values():
        if listed := _names(getattr(bpy.data, place)):
            names[place] = _identities(place, len(listed)), listed
    many = len(names.get("objects", (b"", ()))[1])
    values = None
    if sum(len(listed) for _, listed in names.values()) <= _SMALL:
        values = {
            (place, identity): walked(block)
            for place, (identities, _) in names.items()
            for identity, block in zip(array("i", identities), getattr(bpy.data, place))
        }
    waiting: list[Any] = []
    layer = bpy.context.view_layer
    if values is None and not after and layer is not None:
        if many <= _LARGE:
            layer.update()  # due anyway; what waits afterwards is the script's doing
        graph = layer.depsgraph
        waiting = [update.id for update in graph.updates[:_NOMINATED]] if graph else []
    return Snapshot(
        names,
        _placed(many),
        values,
        frozenset((_place_of(block) or "", block.name) for block in waiting),
    )


def _identities(place: str, count: int) -> bytes:
    """Return the session identities of a list's data-blocks; none of the largest lists."""
    if count > _LARGE:
        return b""
    identities = array("i", bytes(4 * count))
    getattr(bpy.data, place).foreach_get("session_uid", identities)
    return identities.tobytes()


def _placed(count: int) -> dict[str, Any]:
    """Return the transforms and flags of all objects, whose number is given: counting walks them."""
    if count > _LARGE:
        return {}
    objects = bpy.data.objects
    placed: dict[str, Any] = {}
    for name, width in _PLACED.items():
        placed[name] = array("f", bytes(4 * width * count))
        objects.foreach_get(name, placed[name])
    for name in _FLAGS:
        placed[name] = array("b", bytes(count))
        objects.foreach_get(name, placed[name])
    return placed


def _names(blocks: Any) -> list[str]:
    if any(True for _ in bpy.data.libraries):
        return [f"{b.name} [{b.library.name}]" if b.library else b.name for b in blocks]
    names: list[str] = blocks.keys()
    return names


def changes_between(
    before: Snapshot, after: Snapshot, updates: Mapping[tuple[str, str], Iterable[str]]
) -> Receipt:
    """Return what came, went and changed.

    Args:
        before: The state before.
        after: The state now.
        updates: What Blender updated in between; see `Updates.stop`.
    """
    added: dict[str, tuple[str, ...]] = {}
    removed: dict[str, tuple[str, ...]] = {}
    changed: dict[str, dict[str, tuple[str, ...]]] = {}
    nothing: tuple[bytes, list[str]] = b"", []
    for place in {**before.names, **after.names}:
        old, new = before.names.get(place, nothing), after.names.get(place, nothing)
        if old == new:
            continue
        was, now = _by_identity(*old), _by_identity(*new)
        kind = _kind(place)
        if came := tuple(sorted(now[each] for each in now.keys() - was.keys())):
            added[kind] = came
        if gone := tuple(sorted(was[each] for each in was.keys() - now.keys())):
            removed[kind] = gone
        for each in now.keys() & was.keys():
            if was[each] != now[each]:
                changed.setdefault(kind, {})[now[each]] = (f"renamed from {was[each]}",)
    for name, what in _moved(before, after):
        _add(changed, "object", name, what)
    if before.values is not None and after.values is not None:
        _compare_values(before, after, changed)
    elif len(updates) <= _NOMINATED:
        # Not the other way round: a set of 100,000 names takes 5 ms.
        there = {
            place: {name for at, name in updates if at == place}.intersection(
                after.names.get(place, nothing)[1]
            )
            for place in {place for place, _ in updates}
        }
        for (place, name), how in updates.items():
            kind = _kind(place)
            if name not in there[place] or (place, name) in before.waiting:
                continue
            if name not in added.get(kind, ()):
                for what in how:
                    if what != "transform" or not before.placed:
                        _add(changed, kind, name, what)
    for names in (added, removed):
        if "object" in names:
            for kind in _WITH_OBJECT:
                names.pop(kind, None)
    return Receipt(added, removed, changed)


def _by_identity(identities: bytes, names: list[str]) -> dict[Any, str]:
    return dict(zip(array("i", identities) if identities else names, names))


def _add(changed: dict[str, dict[str, tuple[str, ...]]], kind: str, name: str, what: str) -> None:
    known = changed.setdefault(kind, {}).get(name, ())
    if what not in known:
        changed[kind][name] = (*known, what)


def _kind(place: str) -> str:
    return _IN_WORDS.get(place) or place.replace("_", " ").removesuffix("s")


_IN_WORDS = {"meshes": "mesh", "shape_keys": "shape keys", "hair_curves": "hair curves"}


def _moved(before: Snapshot, after: Snapshot) -> Iterable[tuple[str, str]]:
    """Yield objects by name with what changed of their transform and visibility."""
    if not before.placed or not after.placed or "objects" not in after.names:
        return
    if "objects" not in before.names:
        return
    old_ids, new_ids = (array("i", each.names["objects"][0]) for each in (before, after))
    names = after.names["objects"][1]
    same_order = old_ids == new_ids
    was_at = None if same_order else {identity: at for at, identity in enumerate(old_ids)}
    widths = {**_PLACED, **dict.fromkeys(_FLAGS, 1)}
    for key, width in widths.items():
        old, new = before.placed[key], after.placed[key]
        what = key.removesuffix("_euler") if key in _PLACED else "visibility"
        if was_at is None:
            for at in _differing(old, new, width):
                yield names[at], what
        else:
            for at, identity in enumerate(new_ids):
                then = was_at.get(identity)
                if then is not None and (
                    old[then * width : then * width + width] != new[at * width : at * width + width]
                ):
                    yield names[at], what


def _differing(old: Any, new: Any, width: int) -> Iterable[int]:
    """Yield the numbers of items that differ, halving what is equal as a whole."""
    one, other = memoryview(old).cast("B"), memoryview(new).cast("B")
    size = old.itemsize * width
    parts = [(0, len(old) // width)]
    while parts:
        low, high = parts.pop()
        if low >= high or one[low * size : high * size] == other[low * size : high * size]:
            continue
        if high - low == 1:
            yield low
        else:
            middle = (low + high) // 2
            parts += [(middle, high), (low, middle)]


def _compare_values(
    before: Snapshot, after: Snapshot, changed: dict[str, dict[str, tuple[str, ...]]]
) -> None:
    assert before.values is not None
    assert after.values is not None
    same = all(
        before.names.get(place) == after.names.get(place) for place in ("objects", "collections")
    )
    # What came, went or has another name is in, or out of, a collection: that need not be said.
    members = () if same else ("objects", "children", "collection.objects", "collection.children")
    for key, new in after.values.items():
        old = before.values.get(key)
        if old is None or old == new:
            continue
        place, identity = key
        identities, names = after.names[place]
        name = names[array("i", identities).index(identity)]
        for what in _differences(old, new):
            if not (place == "objects" and what in _FLAGS) and what not in members:
                _add(changed, _kind(place), name, what)


def _differences(old: Values, new: Values) -> list[str]:
    """Return in words what differs: the last two names of each path, additions by their item."""
    found: dict[str, None] = {}
    for path in {**old, **new}:
        if path in old and path in new and old[path] == new[path]:
            continue
        first, last = path.split(".")[0], path.rpartition(".")[2]
        if first in _TRANSFORMS:
            found[first.removesuffix("_euler")] = None
        elif path.endswith(" count"):
            continue
        elif path not in old or path not in new:
            item = re.search(r"(\w+)\[(.*?)\]\.", path)
            what = path if item is None else item[2]
            if item is not None and what.isdigit():
                what = f"{item[1]} {what}"
            found[f"{what} {'added' if path not in old else 'removed'}"] = None
        else:
            items = re.findall(r"\[([^\]]*)\]", path)
            found[f"{items[-1]} {last}" if items and "." in path else path] = None
    return list(found)
