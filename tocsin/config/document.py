"""Parses YAML into plain data in which every value still knows its line."""

from dataclasses import dataclass, field
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]
"""Where something stands: `("watches", 3, "budget")`."""

Data = dict[str, "Data"] | list["Data"] | str | int | float | bool | None
"""What YAML can say; dates and times stay the text that they are written as."""

PREFIX = "tag:yaml.org,2002:"
TYPED = frozenset({"int", "float", "bool", "null"})
TEXTUAL = frozenset({"str", "timestamp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a configuration: what, and where to mend it."""

    message: str
    name: str
    line: int

    def __str__(self) -> str:
        return f"{self.message} ({self.name}, line {self.line})"


@dataclass(slots=True, kw_only=True)
class SourceText:
    """What was read. lines: of each key and item; what is missing has the line of the nearest thing around it."""

    name: str
    data: Data = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """1-based."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def report(self, path: Path, message: str) -> None:
        """One more problem, at `path`; the same words at the same line count once."""
        problem = Problem(message=message, name=self.name, line=self.line(path))
        if problem not in self.problems:
            self.problems.append(problem)


def read(text: str, name: str) -> SourceText:
    """The data of one YAML document and the line of each part; a syntax error is a problem, never raised.

    name: of the file, for messages.
    """
    source = SourceText(name=name)
    try:
        node = _composed(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        source.lines[("",)] = mark.line + 1 if mark else 1
        source.report(("",), f"not YAML: {error.problem or error.context}")
        return source
    except RecursionError:
        source.report((), "not a configuration: brackets in brackets without end")
        return source
    except YAMLError as error:  # a byte that YAML does not allow has no mark
        source.report((), f"not YAML: {str(error).splitlines()[0]}")
        return source
    if node is not None:
        source.data = _Reading(source).value(node, ())
    return source


@lru_cache(maxsize=1)
def _composed(text: str) -> Node | None:
    """The document's nodes, which nobody changes; a reload of an unchanged file parses it no second time."""
    node: Node | None = YAML(typ="safe", pure=True).compose(text)
    return node


class _Reading:
    """One walk over the nodes of a document."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._constructor = YAML(typ="safe", pure=True).constructor
        self._open: list[Node] = []

    def value(self, node: Node, path: Path) -> Data:
        if node in self._open:
            self._source.report(path, "an alias that contains itself has no end")
            return None
        self._open.append(node)
        try:
            if isinstance(node, MappingNode):
                return self._mapping(node, path)
            if isinstance(node, SequenceNode):
                return self._sequence(node, path)
            assert isinstance(node, ScalarNode)  # noqa: S101  # YAML has no fourth kind
            return self._scalar(node, path)
        finally:
            self._open.pop()

    def _mapping(self, node: MappingNode, path: Path) -> Data:
        found: dict[str, Data] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else "?"
            here = (*path, key)
            line = key_node.start_mark.line + 1
            if key in found:
                first = self._source.lines[here]
                repeated = (*path, key, "")  # a place of its own: the first one keeps its line
                self._source.lines[repeated] = line
                self._source.report(repeated, f'key "{key}" is there twice, first on line {first}')
                continue
            self._source.lines[here] = line
            found[key] = self.value(value_node, here)
        return found

    def _sequence(self, node: SequenceNode, path: Path) -> Data:
        found: list[Data] = []
        for index, item in enumerate(node.value):
            self._source.lines[(*path, index)] = item.start_mark.line + 1
            found.append(self.value(item, (*path, index)))
        return found

    def _scalar(self, node: ScalarNode, path: Path) -> Data:
        tag = str(node.tag).removeprefix(PREFIX)
        if tag in TYPED:
            typed: Data = self._constructor.construct_object(node)
            return typed
        if tag not in TEXTUAL:
            self._source.report(path, f'the tag "{node.tag}" means nothing here')
        return str(node.value)
