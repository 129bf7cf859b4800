"""delete_objects: objects, with their children or without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import bpy

from ..registry import Effect, tool
from . import changes
from .blocks import editable, find_objects
from .transforms import children_of_all, set_world_matrix, world_matrix

if TYPE_CHECKING:
    from annotated_types import MaxLen, MinLen


@tool(effect=Effect.EDITS)
def delete_objects(
    names: Annotated[list[str], MinLen(1), MaxLen(1000)], children: bool = False
) -> dict[str, object]:
    """Delete objects.

    Args:
        names: Or patterns.
        children: These too; else they stay in place.

    Returns:
        How many were deleted.
    """
    gone = dict.fromkeys(find_objects(names))
    below = children_of_all()
    if children:
        waiting = list(gone)
        while waiting:
            for child in below.get(waiting.pop(), ()):
                if child not in gone:
                    gone[child] = None
                    waiting.append(child)
    for each in gone:
        if each.library is not None and all(place.library for place in each.users_collection):
            editable(each)
    changes.removing(*gone)
    orphans = [child for each in gone for child in below.get(each, ()) if child not in gone]
    places = [(child, world_matrix(child)) for child in orphans]
    for child, place in places:
        changes.changing(child, "parent")
        child.parent = None
        set_world_matrix(child, place)
    used = {each.data for each in gone if each.data is not None}
    bpy.data.batch_remove(gone)
    # Data that only they used would stay in the file unseen until it is saved.
    bpy.data.batch_remove([data for data in used if data.users == 0 and not data.use_fake_user])
    return {"deleted": len(gone)}
