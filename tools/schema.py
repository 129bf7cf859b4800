"""A tool's parameters, from its signature: the JSON schema that is sent, and the check of what comes.

Importing this imports pydantic, so only `Registry` does, at first need, on a worker thread.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_type_hints

import annotated_types
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from .errors import InvalidArguments, nearest
from .registry import GIVEN, Tool

_MOST_ERRORS = 5
_LARGEST = 1e18
_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


class Signature:
    """What one tool takes.

    Attributes:
        parameters: A JSON schema of type "object" without `$ref`, `title`, `prefixItems` and null
            unions, which some providers and small models do not understand.
    """

    def __init__(self, tool: Tool) -> None:
        self._name = tool.name
        self._model = _model_of(tool)
        full = self._model.model_json_schema()
        self.parameters: dict[str, Any] = _simple(full, full.get("$defs", {}))

    def validate(self, arguments: Mapping[str, object]) -> dict[str, Any]:
        """Return the arguments by the function's parameter names, defaults filled in.

        Raises:
            InvalidArguments: in words, with every field that is wrong.
        """
        try:
            checked = self._model.model_validate(dict(arguments))
        except ValidationError as error:
            problems = [
                self._in_words(each["type"], each["loc"], each["msg"], each["input"])
                for each in error.errors(include_url=False, include_context=False)
            ]
            more = len(problems) - _MOST_ERRORS
            rest = [f"and {more} more"] if more > 0 else []
            message = "; ".join([*problems[:_MOST_ERRORS], *rest])
            end = "" if message.endswith(("?", ".")) else "."
            raise InvalidArguments(f"{self._name}: {message}{end}") from None
        values = {name: getattr(checked, name) for name in type(checked).model_fields}
        for name, value in values.items():
            if (found := _unusable(value)) is not None:
                raise InvalidArguments(
                    f"{self._name}: {name}: give finite numbers up to 1e18, not {found!r}."
                )
        return values

    def _in_words(
        self, kind: str, location: Sequence[int | str], message: str, given: object
    ) -> str:
        path = ".".join(map(str, location))
        known = self.parameters.get("properties", {})
        if kind in ("extra_forbidden", "unexpected_keyword_argument") and len(location) > 1:
            inner = self._keys_at(location[:-1])
            listed = f" There are {', '.join(inner)}." if inner else ""
            where, name = ".".join(map(str, location[:-1])), str(location[-1])
            return f"{where}: there is no {name!r}.{nearest(name, inner)}{listed}".rstrip(".")
        if kind == "literal_error":
            values = re.findall(r"'([^']*)'", message)
            return f"{path}: {shown_briefly(given)} is none of {', '.join(values)}.{nearest(str(given), values)}"
        if kind == "extra_forbidden":
            taken = f"It takes {', '.join(known)}" if known else "It takes none"
            return f"there is no parameter {path!r}.{nearest(path, known)} {taken}"
        if kind == "missing":
            wanted = _KINDS.get(known.get(path, {}).get("type", ""), "a value")
            return f"the parameter {path!r} is missing; give {wanted}"
        return f"{path}: {message[:1].lower()}{message[1:]}, not {shown_briefly(given)}"

    def _keys_at(self, location: Sequence[int | str]) -> list[str]:
        """Return the keys that an inner object takes."""
        schema: Any = self.parameters
        for step in location:
            schema = schema.get("items") if isinstance(step, int) else schema.get("properties")
            schema = schema.get(step) if schema and isinstance(step, str) else schema
            if schema is None:
                return []
        return list(schema.get("properties", {}))


def shown_briefly(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _model_of(tool: Tool) -> type[BaseModel]:
    """Handlers name annotated_types in their hints only: importing it takes 30 ms at enabling."""
    limits = {name: getattr(annotated_types, name) for name in annotated_types.__all__}
    hints = get_type_hints(tool.function, localns=limits, include_extras=True)
    told = tool.parameter_help()
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(tool.function).parameters.items():
        if name in GIVEN:
            continue
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[name] = (hints[name], Field(default, description=told.get(name)))
    config = ConfigDict(extra="forbid", allow_inf_nan=False)
    model: type[BaseModel] = create_model(tool.name, __config__=config, **fields)
    return model


def _unusable(value: Any) -> float | None:
    """Return a number that single precision cannot hold well, of all in `value`, or None."""
    if isinstance(value, float):
        return None if abs(value) <= _LARGEST else value  # NaN is not
    if isinstance(value, dict):
        value = value.values()
    elif dataclasses.is_dataclass(value):
        value = vars(value).values()
    elif not isinstance(value, list | tuple):
        return None
    return next((found for each in value if (found := _unusable(each)) is not None), None)


def _simple(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_simple(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        inlined = definitions[schema["$ref"].rpartition("/")[2]]
        return _simple({**inlined, **_without(schema, "$ref")}, definitions)
    if "anyOf" in schema:
        others = [each for each in schema["anyOf"] if each != {"type": "null"}]
        rest = _without(schema, "anyOf")
        schema = {**others[0], **rest} if len(others) == 1 else {**rest, "anyOf": others}
        return _simple(schema, definitions) if len(others) == 1 else _inside(schema, definitions)
    return _inside(schema, definitions)


def _inside(schema: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    simple: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _UNSENT or _is_no_news(key, value):
            continue
        if key == "properties":
            simple[key] = {name: _simple(each, definitions) for name, each in value.items()}
        elif key == "prefixItems":
            # Lists of numbers, all of one kind in our signatures; minItems and maxItems stay.
            simple["items"] = _simple(value[0], definitions)
        else:
            simple[key] = _simple(value, definitions)
    return simple


_UNSENT = frozenset(("title", "$defs", "additionalProperties"))
"""That other keys are refused is said when one comes; it would be sent with each object."""
_TOO_LARGE_TO_MATTER = 1000


def _is_no_news(key: str, value: Any) -> bool:
    """Whether a model does as well without: an empty default, and limits that it will not reach."""
    if key == "default":
        return not value or (isinstance(value, list) and not any(value))
    return key in ("maxItems", "maxLength", "maximum") and value >= _TOO_LARGE_TO_MATTER


def _without(schema: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != key}
