"""Python functions of plain arithmetic as JavaScript, so that a formula is written once and walked in the browser too.

A small explicit subset of the language is translated; anything else is refused at once, naming its line. Operations
keep their order, so both languages give the same numbers; only a division by zero differs: Python raises, JavaScript
goes on with Infinity, and a path has left the numbers either way.
"""

from __future__ import annotations

import ast
import builtins
import math
import types
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from cnnviz.landscapes.expressions import CannotTranslate, Expressions, variable

# Python's own functions, and what to declare for those that JavaScript lacks
NAMES: dict[Any, str] = {
    math.sqrt: "Math.sqrt",
    math.cos: "Math.cos",
    math.sin: "Math.sin",
    math.exp: "Math.exp",
    math.log: "Math.log",
    math.hypot: "Math.hypot",
    math.pi: "Math.PI",
    math.copysign: "copysign",
    builtins.max: "Math.max",
    builtins.min: "Math.min",
    builtins.abs: "Math.abs",
}
DECLARED = {
    "copysign": "const copysign = (size, sign) => Math.abs(size) * (sign < 0 || Object.is(sign, -0) ? -1 : 1);",
    "either": "const either = (a, b) => a !== 0 ? a : b;",  # Python's or: NaN is true there
}


class Script:
    """JavaScript declarations in an order in which they can stand; ``parameters`` are names that will be there."""

    def __init__(self, parameters: frozenset[str] = frozenset()) -> None:
        self.parameters = parameters
        self.lines: list[str] = []
        self._known: dict[str, Any] = {}

    def add(self, function: Callable[..., Any]) -> str:
        """Declare ``function`` and all it names; gives its name. Raises :class:`CannotTranslate`."""
        node, file = definition(function)
        if self._is_new(node.name, function):
            self.lines.append(Function(node, file, lambda name: self._named(function, name)).text())
        return node.name

    def _named(self, function: Any, name: str) -> str:
        """A name that ``function`` does not define itself, as JavaScript has it."""
        if name in DECLARED:
            return self._prelude(name)
        if name in function.__code__.co_freevars:
            if name not in self.parameters:
                raise CannotTranslate(
                    f"{name} is not a parameter of the landscape; make it one, or a module's constant"
                )
            return name
        scope = function.__globals__
        value = scope[name] if name in scope else getattr(builtins, name)
        if isinstance(value, types.FunctionType):
            return self.add(value)
        if isinstance(value, (int, float, tuple)) and value != math.pi:
            return self._constant(name, value)
        if not isinstance(value, (int, float, types.BuiltinFunctionType)) or value not in NAMES:
            raise CannotTranslate(f"{name} has no translation; use a function of math, or one of your own")
        return self._prelude(NAMES[value])

    def _prelude(self, name: str) -> str:
        if name in DECLARED and self._is_new(name, name):
            self.lines.append(DECLARED[name])
        return name

    def _constant(self, name: str, value: Any) -> str:
        if self._is_new(name, value):
            self.lines.append(f"const {name} = {literal(value)};")
        return name

    def _is_new(self, name: str, value: Any) -> bool:
        if name not in self._known:
            self._known[name] = value
            return True
        if self._known[name] is not value:
            raise CannotTranslate(f"{name} means two things in one formula; rename one of them")
        return False


class Function:
    """One function: its statements, with all its variables declared at the top as Python sees them."""

    def __init__(self, node: ast.FunctionDef, file: str, named: Callable[[str], str]) -> None:
        self.node, self.file = node, file
        self.arguments = [argument.arg for argument in node.args.args]
        self.locals = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.expressions = Expressions(file, self.locals | set(self.arguments), named)
        self._temporaries = 0

    def text(self) -> str:
        """The whole declaration."""
        body = self._body(self.node.body, "  ")
        variables = sorted(variable(name) for name in self.locals - set(self.arguments))
        declared = [f"  let {', '.join(variables)};"] if variables else []
        arguments = ", ".join(variable(name) for name in self.arguments)
        return "\n".join([f"function {self.node.name}({arguments}) {{", *declared, *body, "}"])

    def _body(self, statements: list[ast.stmt], indent: str) -> list[str]:
        return [indent + line for statement in statements for line in self._statement(statement)]

    def _statement(self, node: ast.stmt) -> list[str]:  # noqa: PLR0911 (one case per kind of statement)
        match node:
            case ast.Expr(value=ast.Constant(value=str())):  # a docstring
                return []
            case ast.Expr(value=value):
                return [f"{self.expressions.value(value)};"]
            case ast.Return(value=ast.expr() as value):
                return [f"return {self.expressions.value(value)};"]
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                return [f"{variable(name)} {self.expressions.operator(op, node)}= {self.expressions.value(value)};"]
            case ast.Assign(targets=targets, value=value):
                return self._assign(targets, value)
            case ast.For(target=target, iter=items, body=body, orelse=[]):
                return self._loop(target, items, body)
            case ast.If(test=test, body=body, orelse=other):
                return self._branch(test, body, other)
        raise self.expressions.refusal(node)

    def _assign(self, targets: list[ast.expr], value: ast.expr) -> list[str]:
        if all(isinstance(target, ast.Name) for target in targets):
            names = "".join(f"{variable(target.id)} = " for target in targets if isinstance(target, ast.Name))
            return [f"{names}{self.expressions.value(value)};"]
        if len(targets) == 1:
            return self._unpack(targets[0], value)
        raise self.expressions.refusal(targets[0])

    def _unpack(self, target: ast.expr, value: ast.expr) -> list[str]:
        """Several names at once: the right side is computed as a whole before the first of them changes."""
        names = self.expressions.names(target)
        if isinstance(value, ast.Tuple) and len(value.elts) == len(names):
            held = [self._temporary() for _ in names]
            first = [f"const {t} = {self.expressions.value(e)};" for t, e in zip(held, value.elts, strict=True)]
            return first + [f"{name} = {t};" for name, t in zip(names, held, strict=True)]
        held_all = self._temporary()
        return [f"const {held_all} = {self.expressions.value(value)};"] + [
            f"{name} = {held_all}[{place}];" for place, name in enumerate(names)
        ]

    def _loop(self, target: ast.expr, items: ast.expr, body: list[ast.stmt]) -> list[str]:
        each = self._temporary()
        names = self.expressions.names(target)
        single = isinstance(target, ast.Name)
        first = [f"  {name} = {each}{'' if single else f'[{place}]'};" for place, name in enumerate(names)]
        return [f"for (const {each} of {self.expressions.value(items)}) {{", *first, *self._body(body, "  "), "}"]

    def _branch(self, test: ast.expr, body: list[ast.stmt], other: list[ast.stmt]) -> list[str]:
        lines = [f"if {self.expressions.test(test)} {{", *self._body(body, "  ")]
        return lines + (["} else {", *self._body(other, "  "), "}"] if other else ["}"])

    def _temporary(self) -> str:
        self._temporaries += 1
        return f"${self._temporaries}"


def definition(function: Callable[..., Any]) -> tuple[ast.FunctionDef, str]:
    """The syntax tree of a function written with ``def``, and the name of its file."""
    code = function.__code__
    for node in ast.walk(_tree(code.co_filename)):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name and node.lineno == code.co_firstlineno:
            return node, code.co_filename
    raise CannotTranslate(f"{code.co_name} is not written with def; give the formula a function with a name")


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text(encoding="utf-8"))


def literal(value: Any) -> str:
    """A number, or numbers in tuples, as JavaScript; ``repr`` keeps every bit."""
    if isinstance(value, tuple):
        return f"[{', '.join(literal(item) for item in value)}]"
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise CannotTranslate(f"{value!r} is no number; only numbers and tuples of numbers can be constants")
    return repr(value)
