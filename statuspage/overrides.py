"""An installation's own templates: checked before use, and run in a sandbox that always escapes."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    nodes,
)

from statuspage.spoken import Spoken, SpokenSandbox, compiled_with

SHIPPED = Path(__file__).parent / "templates"
_UNSAFE = ("safe",)
"""Filters that would let words become HTML."""


def bare_environment(overrides: Path | None, words: Mapping[str, str]) -> Environment:
    """Jinja over the shipped templates, with the folder's before them; with a folder, in a sandbox.

    words: of the language, by key.
    A template of the folder cannot reach Python's inside, change what it is given, or keep words from being escaped.
    """
    folders = ([overrides] if overrides else []) + [SHIPPED]
    kind = SpokenSandbox if overrides else Spoken
    made = kind(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        bytecode_cache=None if overrides else compiled_with(frozenset(words.items())),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.words = words
    for name in _UNSAFE:
        del made.filters[name]
    return made


def check(folder: Path, filters: Sequence[str]) -> Iterator[str]:
    """The problems of each template of the folder, with their lines. filters: the page's own beside Jinja's."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    shipped = {path.name for path in SHIPPED.iterdir()}
    environment = bare_environment(folder, {})
    environment.filters |= dict.fromkeys(filters, str)
    if not shipped.intersection(names):
        yield f"{folder} holds no template of the page; they are {', '.join(sorted(shipped))}"
    for name in names:
        try:
            source = (folder / name).read_text(encoding="utf-8")
            tree = environment.parse(source, name)
            environment.compile(source, name)
        except TemplateSyntaxError as error:
            yield f"{folder / name}, line {error.lineno}: {error.message}{_hint(error)}"
            continue
        except (TemplateError, OSError, UnicodeDecodeError) as error:
            yield f"{folder / name} cannot be read as a template: {error}"
            continue
        for node in tree.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)):
            yield f"{folder / name}, line {node.lineno}: {{% autoescape %}} is not allowed, as words must stay words"


def _hint(error: TemplateSyntaxError) -> str:
    return "; words must stay words" if any(f"'{name}'" in (error.message or "") for name in _UNSAFE) else ""
