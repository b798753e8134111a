"""Finds who reads the configuration's keys: attribute reads in the code, of values whose class is declared.

A value's class is known by annotations of parameters, fields and returned values, and by what a name was assigned from.
Where it is unknown, a read does not count: a key may then seem to have no reader, and an annotation mends that.
"""

import ast
import inspect
import typing
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

ROOT = Path(__file__).parents[3]
PACKAGES = ("detectors", "incidents", "statuspage", "tickets", "dashboards", "tocsin")

Classes = frozenset[type]
"""The classes of which a value, or what it holds, may be."""

NOTHING: Classes = frozenset()


def sources() -> Iterator[ast.Module]:
    """The code outside the configuration's own room and the simulated exchange."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.is_relative_to(ROOT / "tocsin" / "config") and not path.is_relative_to(
                ROOT / "tocsin" / "demo"
            ):
                yield ast.parse(path.read_text(encoding="utf-8"))


def readers(classes: tuple[type, ...], modules: list[ast.Module]) -> set[tuple[type, str]]:
    """The attributes of the classes that the modules read; and what the properties among them read in their turn."""
    reads = _Reads(classes, modules)
    for cls, name in sorted(reads.found, key=str):
        member = getattr(cls, name, None)
        if isinstance(member, property) and member.fget:
            reads.visit_property(cls, dedent(inspect.getsource(member.fget)))
    return reads.found


def within(annotation: Any, classes: tuple[type, ...]) -> Classes:
    """The classes that a type mentions: of `tuple[Watch, ...] | None`, Watch."""
    if annotation in classes:
        return frozenset((annotation,))
    return frozenset().union(*(within(part, classes) for part in typing.get_args(annotation)))


class _Reads(ast.NodeVisitor):
    def __init__(self, classes: tuple[type, ...], modules: list[ast.Module]) -> None:
        self.found: set[tuple[type, str]] = set()
        self._classes = classes
        self._named = {cls.__name__: cls for cls in classes}
        self._attributes = {(cls, name): types for cls in classes for name, types in self._of_attributes(cls)}
        self._fields: dict[str, Classes] = {}
        self._returns: dict[str, Classes] = {}
        self._names: dict[str, Classes] = {}
        for module in modules:
            self._learn(module)
        for module in modules:
            self.visit(module)

    def _of_attributes(self, cls: type) -> Iterator[tuple[str, Classes]]:
        hints = typing.get_type_hints(cls, include_extras=True)
        for name, annotation in hints.items():
            yield name, within(annotation, self._classes)
        for name in dir(cls):
            member = getattr(cls, name, None)
            if isinstance(member, property) and member.fget:
                yield name, within(typing.get_type_hints(member.fget).get("return"), self._classes)

    def _learn(self, module: ast.Module) -> None:
        """What fields of any class, and what functions, are annotated to hold or to return."""
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                        self._add(self._fields, line.target.id, line.annotation)
            elif isinstance(node, ast.FunctionDef):
                self._add(self._returns, node.name, node.returns)
                if any(isinstance(d, ast.Name) and d.id == "property" for d in node.decorator_list):
                    self._add(self._fields, node.name, node.returns)

    def _add(self, known: dict[str, Classes], name: str, annotation: ast.expr | None) -> None:
        if types := self._in_annotation(annotation):
            known[name] = known.get(name, NOTHING) | types

    def _in_annotation(self, annotation: ast.expr | None) -> Classes:
        if annotation is None:
            return NOTHING
        names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
        text = {node.value for node in ast.walk(annotation) if isinstance(node, ast.Constant)}
        names |= (
            {"PrometheusSettings", "ScrapeSettings", "PushSettings", "ReplaySettings"}
            if "SourceSettings" in names
            else set()
        )
        return frozenset(self._named[name] for name in names | text if name in self._named)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer = dict(self._names)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            self._names[argument.arg] = self._in_annotation(argument.annotation)
        for line in ast.walk(node):  # assignments and loops first: a comprehension names before it is named
            self._assign(line)
        self.generic_visit(node)
        self._names = outer

    def visit_property(self, cls: type, source: str) -> None:
        """What a property of the class reads of itself."""
        self._named["Self"] = cls
        self.visit(ast.parse(source.replace("(self)", "(self: Self)", 1)))

    def _assign(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                for target, value in zip(targets, values, strict=False):
                    self._name(target, self._type(value))
            case ast.Assign(targets=[target], value=value) | ast.NamedExpr(target=target, value=value):
                self._name(target, self._type(value))
            case ast.AnnAssign(target=target, annotation=annotation):
                self._name(target, self._in_annotation(annotation))
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                self._name(target, self._type(value))

    def _name(self, target: ast.expr, types: Classes) -> None:
        if isinstance(target, ast.Name) and types:
            self._names[target.id] = types
        elif isinstance(target, ast.Tuple):
            for part in target.elts:
                self._name(part, types)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load):
            self.found |= {(cls, node.attr) for cls in self._type(node.value) if (cls, node.attr) in self._attributes}
        self.generic_visit(node)

    def _type(self, node: ast.expr) -> Classes:  # noqa: C901  # one case for each way to name a value
        match node:
            case ast.Name(id=name):
                return self._names.get(name, NOTHING)
            case ast.Attribute(value=value, attr=attr):
                owners = self._type(value)
                if owners:
                    return frozenset().union(*(self._attributes.get((cls, attr), NOTHING) for cls in owners))
                return self._fields.get(attr, NOTHING)
            case ast.Call(func=ast.Attribute(value=value, attr=attr), args=arguments):
                if attr in ("values", "items", "get"):
                    return self._type(value)
                return self._returns.get(attr, NOTHING) or self._all(arguments)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._returns.get(name, NOTHING) or self._all(arguments)
            case ast.Subscript(value=value) | ast.Starred(value=value):
                return self._type(value)
            case ast.IfExp(body=body, orelse=other):
                return self._type(body) | self._type(other)
            case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
                return self._all(values)
            case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
                return self._type(element)
        return NOTHING

    def _all(self, nodes: list[ast.expr]) -> Classes:
        return frozenset().union(*(self._type(node) for node in nodes))
