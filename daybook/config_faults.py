"""What is wrong with a configuration, in words: the place, the value as written, and the remedy.

Values come from the file's text and never from the data, which holds filled-in secrets.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Collection
from typing import Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from daybook.document import At, Document, Fault

FILE_BRANCH = "<file>"
NAME_BRANCH = "<name>"
NOT_IN_THE_FILE = (FILE_BRANCH, NAME_BRANCH, "[key]")
"""What pydantic puts into a path beside keys and positions."""

VALUE, PART = "wrong_value", "wrong_part"


def wrong_value(reason: str, remedy: str) -> PydanticCustomError:
    """The error of a validator; the value as written is put before ``reason``."""
    return PydanticCustomError(VALUE, "{reason}", {"reason": reason, "remedy": remedy})


def wrong_part(reason: str, remedy: str, below: At = ()) -> PydanticCustomError:
    """The error of a validator about a whole part, or about what stands ``below`` it."""
    return PydanticCustomError(PART, "{reason}", {"reason": reason, "remedy": remedy, "below": below})


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A question about the nearest spelling, to begin a remedy with; empty when nothing is near."""
    near = difflib.get_close_matches(name, sorted({*known} - {name}), n=1)
    return f"did you mean {near[0]}? " if near else ""


def faults_of(document: Document, model: type[BaseModel], error: ValidationError) -> list[Fault]:
    """Every fault that pydantic found."""
    return [_fault(document, model, found) for found in error.errors(include_url=False)]


def _fault(document: Document, model: type[BaseModel], found: ErrorDetails) -> Fault:
    context = found.get("ctx", {})
    located = tuple(part for part in found["loc"] if part not in NOT_IN_THE_FILE)
    at = _as_written(document, (*located, *context.get("below", ())))
    if found["type"] == "extra_forbidden":
        near = did_you_mean(str(at[-1]), _known_keys(model, at[:-1]))
        return document.fault(
            at, "this key is not known.", f"{near}docs/configuration.md lists the keys; correct or remove it."
        )
    if found["type"] == "missing":
        return document.fault(at, "this key is missing.", "add it; docs/configuration.md says what it takes.")
    if found["type"] == "invalid_key":
        return document.fault(at, "this key is not text.", 'write it in quotes, such as "true".')
    if found["type"] == PART:
        return document.fault(at, f"{context['reason']}.", context["remedy"])
    if found["type"] == VALUE:
        return document.fault(at, f"{document.shown(at)} {context['reason']}.", context["remedy"])
    return document.fault(
        at, f"{document.shown(at)} is not allowed.", _allowed(found["type"], found["msg"], context)
    )


def _allowed(kind: str, message: str, context: dict[str, Any]) -> str:
    if kind == "literal_error":
        return f"use one of {context['expected']}."
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return "write a mapping: keys, each with its value."
    if kind == "string_type":
        return "write one text; put numbers, dates and yes or no in quotes."
    return f"{message.replace('Input', 'the value', 1)}."


def _as_written(document: Document, at: At) -> At:
    """The path without what the short forms of ``read`` and ``files`` leave out."""
    cut = at.index("read") if "read" in at[:-1] else len(at)
    if cut < len(at) and isinstance(at[cut + 1], str):
        stands_beside = not isinstance(document.node(at[: cut + 1]), yaml.MappingNode)
        at = at[:cut] + at[cut + 1 :] if stands_beside else at
    for length in range(len(at)):
        if isinstance(document.node(at[:length]), yaml.ScalarNode):
            return at[:length]
    return at


def _known_keys(model: type[BaseModel], at: At) -> list[str]:
    kind: Any = model
    for part in at:
        kind = _below(kind, part)
    listed = getattr(kind, "known_keys", None)
    return listed() if listed else []


def _below(kind: Any, part: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        found = kind.model_fields.get(str(part))
        return _nested(found.annotation) if found else None
    return _nested(get_args(kind)[-1]) if get_args(kind) else None


def _nested(annotation: Any) -> Any:
    """The model, mapping or list among what a key may take."""
    if get_origin(annotation) is Annotated:
        return _nested(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return next(filter(None, map(_nested, get_args(annotation))), None)
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation if is_model or get_origin(annotation) in (dict, list) else None
