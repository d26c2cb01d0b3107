"""A YAML file: its values, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

import yaml
from yaml.constructor import ConstructorError
from yaml.reader import ReaderError

from daybook.errors import ConfigurationError, Where

At = tuple[Any, ...]
"""Keys and 0-based positions that lead from the top of the file to one of its parts."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with the file; ``reason`` and ``remedy`` are sentences."""

    line: int
    reason: str
    remedy: str


@dataclass(frozen=True)
class Document:
    """A file that could be read as YAML."""

    path: Path
    root: yaml.Node = field(repr=False)
    data: dict[Any, Any] = field(repr=False)

    def node(self, at: At) -> yaml.Node | None:
        """The part itself; None where the file does not have it."""
        node: yaml.Node | None = self.root
        for part in at:
            node = _child(node, part)[1]
        return node

    def line(self, at: At) -> int:
        """1-based line of the deepest part of a path that stands in the file."""
        node: yaml.Node | None = self.root
        line = self.root.start_mark.line + 1
        for part in at:
            found, node = _child(node, part)
            if node is None:
                break
            line = found
        return line

    def shown(self, at: At) -> str:
        """A value as it is written, so that ``${NAME}`` stays what it is."""
        node = self.node(at)
        if isinstance(node, yaml.ScalarNode):
            return repr(node.value) if node.value else "an empty value"
        if isinstance(node, yaml.SequenceNode):
            return "a list"
        return "a mapping" if isinstance(node, yaml.MappingNode) else "this value"

    def fault(self, at: At, reason: str, remedy: str) -> Fault:
        """What is wrong with one part."""
        return Fault(self.line(at), f"{dotted(at) or 'file'}: {reason}", remedy)

    def refusal(self, faults: Iterable[Fault]) -> ConfigurationError:
        """All faults, at least one, as one error."""
        return refusal(self.path, faults)


def dotted(at: At) -> str:
    """A path as people write it."""
    return ".".join(str(part) for part in at)


def refusal(path: Path, faults: Iterable[Fault]) -> ConfigurationError:
    """All faults of a file, at least one, as one error; the first in the file comes first."""
    first, *others = sorted(faults)
    more = "".join(f"\n  also line {other.line}: {other.reason} Remedy: {other.remedy}" for other in others)
    return ConfigurationError(
        first.reason, remedy=first.remedy + more, where=Where(file=str(path), line=first.line)
    )


def read_document(path: Path) -> Document:
    """Read a YAML file whose top is a mapping.

    Raises:
        ConfigurationError: the file is missing, is not UTF-8, is not YAML, is not a mapping,
            or has a key twice.
    """
    text = _text(path)
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        repeated = list(_repeated(root, (), set()))
        if repeated:
            raise refusal(path, repeated)
        data = None if root is None else loader.construct_document(root)
    except yaml.YAMLError as error:
        raise refusal(path, [_not_yaml(text, error)]) from error
    if not isinstance(data, dict):
        raise refusal(
            path, [Fault(1, "The configuration is not a mapping.", "start it with company: and sources:.")]
        )
    return Document(path, cast("yaml.Node", root), data)


class _Loader(yaml.SafeLoader):
    """Plain YAML, whose errors all know their line."""


def _timestamp(loader: _Loader, node: yaml.ScalarNode) -> date:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise ConstructorError(
            None, None, f"{node.value} is not a day of the calendar", node.start_mark
        ) from error


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"The configuration cannot be read: {error.strerror}.",
            remedy="name the file with --config, or start in its folder.",
            where=Where(file=str(path)),
        ) from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = f"The configuration is not UTF-8: byte {error.start + 1} is 0x{content[error.start]:02X}."
        remedy = "save the file as UTF-8, for example with `iconv -f cp1252 -t utf-8`."
        raise refusal(path, [Fault(line, reason, remedy)]) from error


def _not_yaml(text: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    problem = getattr(error, "problem", None) or str(error)
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        problem = f"the character U+{ord(text[error.position]):04X} is not allowed"
    remedy = "mend the indentation, quotes or brackets there."
    return Fault(line, f"The configuration is not valid YAML: {problem}.", remedy)


def _repeated(node: yaml.Node | None, at: At, seen: set[int]) -> Iterator[Fault]:
    """Keys that stand twice in one mapping; YAML would silently take the last."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated(item, (*at, index), seen)
    if isinstance(node, yaml.MappingNode):
        first: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            name = (key.tag, str(key.value))
            line = key.start_mark.line + 1
            if name in first:
                yield Fault(
                    line,
                    f"{dotted((*at, key.value))}: this key stands twice, in lines {first[name]} and {line}.",
                    "keep one of the two, with everything that belongs below it.",
                )
            first.setdefault(name, line)
            yield from _repeated(value, (*at, key.value), seen)


def _child(node: yaml.Node | None, part: Any) -> tuple[int, yaml.Node | None]:
    """Line and node of what stands below; the key's line in a mapping."""
    if isinstance(node, yaml.MappingNode):
        # A merged mapping's keys come first, and what stands in the file itself counts.
        for key, value in reversed(node.value):
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 1, item
    return 0, None
