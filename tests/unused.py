"""Lists public names of the packages that only tests use; `make unused` prints those without a reason.

A name is a function, a class, a constant, a method or a field. It is used where the code reads it: by its name, as an
attribute, as a column, in a template, or through `getattr`. A definition's own body, an import and a constructor's
keyword are no use. Types are not looked at: two names that are spelt the same count as one.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("detectors", "incidents", "statuspage", "tickets", "dashboards", "tocsin")
HOOKS = frozenset({"get", "post", "put", "delete", "patch", "command", "callback", "exception_handler", "middleware"})
"""Decorators by which a framework calls what they stand on."""

KEPT = {
    "score_series": "a promise of docs/architecture.md: others call it from Python",
    "find_anomalies": "a promise of docs/architecture.md: others call it from Python",
    "AUTO": "the file's word; the code asks for the other two modes",
    "PHONE": "a channel that the ticket API accepts",
    "FLAG": "a kind of change that the changes API accepts",
    "SOCIAL": "a channel that the ticket API accepts",
    "with_answer": "benchmarks/linking_adapter.py learns by it; the service reads its answers from the store",
    "signal_count": "a field of what the incidents API answers",
    "by_status": "a field of what the incidents API answers",
    "add_all": "tests and benchmarks store thousands by it",
    "nbytes": "benchmarks/bench_scale.py measures it",
    "COMPLAINT": "a column of the classifier of messages; the service asks for the others",
    "burnt": "a row of the state, read through rows.own",
}
"""Names without a user that stay, and why."""

HOOKED = {
    "connect_tcp": "httpcore2 calls it",
    "handle_starttag": "html.parser calls it",
    "handle_endtag": "html.parser calls it",
    "handle_data": "html.parser calls it",
    "start_tls": "httpcore2 calls it",
    "get_extra_info": "httpcore2 calls it",
    "get_field": "string.Formatter calls it",
    "header_store_parse": "email.policy calls it",
    "header_fetch_parse": "email.policy calls it",
    "get_next_fire_time": "APScheduler calls it",
    "make_context": "click calls it",
    "list_commands": "click calls it",
    "visit_Call": "ast.NodeVisitor calls it",
    "load_bytecode": "jinja2 calls it",
    "dump_bytecode": "jinja2 calls it",
    "fold_binary": "email.policy calls it",
    "model_config": "pydantic reads it",
    "model_post_init": "pydantic calls it",
    "default_schema": "pydantic calls it",
    "encode_default": "pydantic calls it",
    "capture_signals": "uvicorn calls it",
    "startup": "uvicorn calls it",
    "connection_made": "uvicorn calls it",
    "connection_lost": "uvicorn calls it",
    "on_message_begin": "httptools calls it",
    "on_headers_complete": "httptools calls it",
    "on_response_complete": "uvicorn calls it",
    "impl": "SQLAlchemy reads it",
    "cache_ok": "SQLAlchemy reads it",
    "process_bind_param": "SQLAlchemy calls it",
    "process_result_value": "SQLAlchemy calls it",
    "check_config": "starlette calls it",
    "lookup_path": "starlette calls it",
    "file_response": "starlette calls it",
    "get_response": "starlette calls it",
}
"""Names that a library calls or reads."""

WORD = re.compile(r"[A-Za-z_]\w*")
TEMPLATE = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """A public name. place: its file, or class within it. inside: how often its own definition mentions it."""

    name: str
    place: str
    line: int
    inside: int = 0

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.name}"


def unused(root: Path = ROOT, packages: tuple[str, ...] = PACKAGES) -> list[Defined]:
    """The public names that nothing in the packages uses, in the order of their files."""
    modules = {
        path.relative_to(root): ast.parse(path.read_text(encoding="utf-8"))
        for package in packages
        for path in sorted((root / package).rglob("*.py"))
        if "migrations" not in path.parts
    }
    uses: Counter[str] = Counter()
    for module in modules.values():
        uses.update(mentions(module))
    for package in packages:
        for template in (root / package).rglob("*"):
            if template.suffix in (".html", ".txt", ".xml", ".j2", ".svg"):
                uses.update(WORD.findall(" ".join(TEMPLATE.findall(template.read_text(encoding="utf-8")))))
    found = [one for path, module in modules.items() for one in definitions(module, str(path))]
    return [one for one in found if uses[one.name] <= one.inside]


def mentions(tree: ast.AST) -> Iterator[str]:
    """Every use of a name within the tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.attr
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            yield str(node.slice.value)
        elif isinstance(node, ast.MatchClass):
            yield from node.kwd_attrs
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "attrgetter")
        ):
            yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
        elif isinstance(node, ast.arg | ast.AnnAssign) and isinstance(node.annotation, ast.Constant):
            yield from WORD.findall(str(node.annotation.value))


def definitions(module: ast.Module, place: str) -> Iterator[Defined]:
    """The public names that a module defines."""
    for node in module.body:
        if isinstance(node, Definition):
            yield from _definition(node, place)
        for name in _assigned(node):
            yield Defined(name=name, place=place, line=node.lineno)


def _definition(node: Definition, place: str) -> Iterator[Defined]:
    if not node.name.startswith("_") and not _is_hook(node):
        inside = sum(name == node.name for name in mentions(node))
        yield Defined(name=node.name, place=place, line=node.lineno, inside=inside)
    if not isinstance(node, ast.ClassDef):
        return
    for line in node.body:
        if isinstance(line, Definition):
            yield from _definition(line, f"{place}:{node.name}")
        for name in _assigned(line):
            yield Defined(name=name, place=f"{place}:{node.name}", line=line.lineno)


def _assigned(node: ast.stmt) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for target in targets:
        if isinstance(target, ast.Name) and not target.id.startswith("_"):
            yield target.id


def _is_hook(node: Definition) -> bool:
    called = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return any(isinstance(d, ast.Attribute) and d.attr in HOOKS for d in called)


def without_reason(found: Iterable[Defined]) -> list[Defined]:
    """Those that no reason keeps."""
    return [one for one in found if one.name not in KEPT and one.name not in HOOKED]


if __name__ == "__main__":
    left = without_reason(unused())
    print("\n".join(map(str, left)) or "every public name is used")
    sys.exit(bool(left))
