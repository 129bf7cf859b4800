"""Values of nodes that are no single property: the stops of a ramp, the points of a curve, a zone's
other end."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidArguments
from .blocks import find
from .rna_value import color


def _set_ramp(_tree: Any, node: Any, value: object) -> None:
    stops = [_stop(each) for each in value] if isinstance(value, list) else []
    if not 1 <= len(stops) <= 32:
        raise InvalidArguments("color_ramp: 1 to 32 stops, each [position, color].")
    elements = node.color_ramp.elements
    while len(elements) > 1:
        elements.remove(elements[-1])
    for number, (place, shade) in enumerate(sorted(stops, key=lambda stop: stop[0])):
        element = elements[0] if number == 0 else elements.new(place)
        element.position = place
        element.color = shade


def _stop(given: object) -> tuple[float, list[float]]:
    match given:
        case [int() | float() as place, shade] if 0 <= place <= 1:
            parts = color(shade) if isinstance(shade, str) else shade
            if isinstance(parts, list) and len(parts) in (3, 4):
                if all(isinstance(part, int | float) for part in parts):
                    return float(place), [*parts, 1.0][:4]
    raise InvalidArguments(
        f"color_ramp: a stop is [position from 0 to 1, [r, g, b] or '#rrggbb'], not {given!r}."
    )


def _set_curve(_tree: Any, node: Any, value: object) -> None:
    places = value if isinstance(value, list) else []
    pairs = all(
        isinstance(p, list) and len(p) == 2 and all(isinstance(n, int | float) for n in p)
        for p in places
    )
    if len(places) < 2 or not pairs:
        raise InvalidArguments("curve: at least two points, each [x, y].")
    curve = node.mapping.curves[len(node.mapping.curves) - 1]
    while len(curve.points) > 2:
        curve.points.remove(curve.points[1])
    for number, (x, y) in enumerate(sorted(places)):
        knot = curve.points[number] if number < 2 else curve.points.new(x, y)
        knot.location = (x, y)
    node.mapping.update()


def _set_pair(tree: Any, node: Any, value: object) -> None:
    if not hasattr(node, "pair_with_output"):
        raise InvalidArguments(f"{node.name!r} begins no zone.")
    node.pair_with_output(find(tree.nodes, str(value), "node"))


SPECIAL = {"color_ramp": _set_ramp, "curve": _set_curve, "pair": _set_pair}
HOLDERS = {"color_ramp": "color_ramp", "curve": "mapping"}
