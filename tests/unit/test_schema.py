"""What is sent of a tool, and what is said of wrong arguments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, Le, MaxLen
from scene_chat.tools.errors import InvalidArguments, UnknownTool
from scene_chat.tools.registry import Effect, Registry, tool
from typing_extensions import TypedDict


class Place(TypedDict, total=False):
    name: str
    location: tuple[float, float, float]


@dataclass
class Limit:
    least: int
    most: int | None = None


@tool(effect=Effect.EDITS)
def move(
    names: Annotated[list[str], MaxLen(3)],
    place: Place,
    mode: Literal["local", "world"] = "world",
    steps: Annotated[int, Ge(1), Le(9)] = 1,
    limit: Limit | None = None,
) -> None:
    """Move objects.

    Slowly.

    Args:
        names: Which objects,
            by name.
        mode: In which frame.

    Raises:
        NoSuchObject: never.
    """


@pytest.fixture
def registry():
    made = Registry()
    made.add(move)
    return made


def refused(registry, **arguments):
    with pytest.raises(InvalidArguments) as raised:
        registry.validate(registry.get("move"), arguments)
    return str(raised.value)


def test_the_description_is_the_docstring_before_its_sections(registry):
    assert registry.schemas()[0]["function"]["description"] == "Move objects.\n\nSlowly."


def test_a_parameter_is_described_by_its_entry_in_the_docstring(registry):
    names = registry.schemas()[0]["function"]["parameters"]["properties"]["names"]
    assert names["description"] == "Which objects, by name."


def test_a_schema_holds_nothing_that_small_models_stumble_over(registry):
    sent = json.dumps(registry.schemas())
    for word in ("$ref", "$defs", "title", "prefixItems", "null"):
        assert word not in sent


def test_three_numbers_are_a_list_of_exactly_three_numbers(registry):
    place = registry.schemas()[0]["function"]["parameters"]["properties"]["place"]
    assert place["properties"]["location"] == {
        "type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3,
    }  # fmt: skip


def test_schemas_are_the_same_bytes_each_time(registry):
    assert json.dumps(registry.schemas()) == json.dumps(registry.schemas())


def test_defaults_are_filled_in(registry):
    bound = registry.validate(registry.get("move"), {"names": ["A"], "place": {}})
    assert (bound["mode"], bound["steps"], bound["limit"]) == ("world", 1, None)


def test_a_missing_parameter_is_named_with_what_would_do(registry):
    assert "'names' is missing; give a list" in refused(registry, place={})


def test_an_unknown_parameter_is_named_with_the_nearest_one_and_all(registry):
    said = refused(registry, names=[], place={}, mod="local")
    assert "no parameter 'mod'" in said
    assert "Did you mean 'mode'?" in said
    assert "It takes names, place, mode, steps, limit" in said


def test_a_mistyped_argument_is_named_with_what_was_given(registry):
    assert "names: input should be a valid list, not 'A'" in refused(registry, names="A", place={})


def test_nan_is_refused(registry):
    said = refused(registry, names=[], place={"location": (0.0, float("nan"), 0.0)})
    assert "place.location.1" in said


def test_a_value_out_of_range_says_the_range(registry):
    assert "less than or equal to 9, not 12" in refused(registry, names=[], place={}, steps=12)


def test_an_unknown_tool_gets_the_nearest_names(registry):
    with pytest.raises(UnknownTool, match="Did you mean 'move'"):
        registry.get("mvoe")


def test_a_name_can_be_taken_only_once(registry):
    with pytest.raises(ValueError, match="already"):
        registry.add(move)


def test_a_function_without_a_mark_is_no_tool(registry):
    with pytest.raises(ValueError, match="@tool"):
        registry.add(print)
