"""A Jinja extension that inserts a language's fixed sentences while a template is compiled."""

from collections.abc import Mapping
from functools import cache
from types import CodeType

from jinja2 import BytecodeCache, Environment, nodes
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer


class _Folded(NodeTransformer):
    """`say("history")` becomes the sentence; a key that there is not is left, and fails where it is rendered."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja calls it so
        """Folds a call of one constant."""
        self.generic_visit(node)
        is_plain = len(node.args) == 1 and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if is_plain and isinstance(node.node, nodes.Name) and node.node.name == "say":
            (key,) = node.args
            if isinstance(key, nodes.Const) and key.value in self._words:
                return nodes.Const(self._words[key.value], lineno=node.lineno, environment=node.environment)
        return node


class Spoken(Environment):
    """words: of the language, by key; set before the first template is loaded."""

    words: Mapping[str, str]

    def _generate(self, source: nodes.Template, *args: object, **values: object) -> str:
        folded = _Folded(self.words).visit(source)
        return super()._generate(folded, *args, **values)  # type: ignore[arg-type]  # as Jinja hands them over


class SpokenSandbox(Spoken, ImmutableSandboxedEnvironment):
    """The same, for templates that are not ours."""


class Compiled(BytecodeCache):
    """Keeps compiled templates in memory: a site that is drawn anew compiles only those that changed."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """The code of the same source, if that was compiled before."""
        checksum, code = self._codes.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps what was compiled, in place of what the template was before."""
        if bucket.code is not None:
            self._codes[bucket.key] = bucket.checksum, bucket.code


@cache
def compiled_with(_words: frozenset[tuple[str, str]]) -> Compiled:
    """The templates as compiled with these words, which are part of their code."""
    return Compiled()
