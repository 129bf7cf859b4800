"""Where new nodes stand: in columns, by what feeds what, so that a person can read the tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_ACROSS = 240
_BETWEEN = 40
_HEIGHT = 140
"""Of a node that was never drawn, whose size Blender does not know yet; and more per input."""
_PER_SOCKET = 22


def arrange(tree: Any, new: Sequence[Any]) -> None:
    """Give new nodes places: left of what they feed, clear of the nodes that were there."""
    if not new:
        return
    names = {node.name for node in new}
    column = dict.fromkeys((node.name for node in tree.nodes), 0)
    links = [(link.from_node.name, link.to_node.name) for link in tree.links]
    for _ in range(len(column)):  # at most: a tree without loops is done much earlier
        moved = False
        for source, target in links:
            if column[source] <= column[target] < len(column):
                column[source] = column[target] + 1
                moved = True
        if not moved:
            break
    old = [node for node in tree.nodes if node.name not in names and node.type != "FRAME"]
    right, top = 300.0, 300.0
    if old:
        right = min(node.location.x for node in old) - _ACROSS
        top = max(node.location.y for node in old)
        first = min(column[name] for name in names)
        column = {name: at - first for name, at in column.items()}
    used: dict[int, float] = {}
    for node in new:
        if node.type == "FRAME":
            continue
        at = column[node.name]
        lower = used.get(at, 0.0)
        node.location = (right - at * _ACROSS, top - lower)
        tall = _HEIGHT + _PER_SOCKET * sum(1 for each in node.inputs if not each.hide)
        used[at] = lower + tall + _BETWEEN
