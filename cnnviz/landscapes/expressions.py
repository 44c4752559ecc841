"""Expressions of the subset that :mod:`cnnviz.landscapes.javascript` translates."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import PurePath

OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "===",
    ast.NotEq: "!==",
}


# what a variable may be called in Python but not in JavaScript
RESERVED = frozenset(
    """
    arguments await case catch const debugger default delete do enum eval export extends function
    implements in instanceof interface let new null package private protected public static super switch
    this throw typeof undefined var void Math NaN Infinity Object
    """.split()  # noqa: SIM905 (a list of 40 names would take 40 lines)
)


def variable(name: str) -> str:
    """A variable's name in JavaScript."""
    return f"{name}_" if name in RESERVED else name


class CannotTranslate(ValueError):
    """What the subset does not have; the message says where it stands and what there is."""


class Expressions:
    """The expressions of one function: ``known`` are its own variables, ``named`` finds all others."""

    def __init__(self, file: str, known: set[str], named: Callable[[str], str]) -> None:
        self.file, self.known, self.named = PurePath(file).name, known, named

    def refusal(self, node: ast.AST) -> CannotTranslate:
        """The exception for a node that the subset does not have."""
        line, kind = getattr(node, "lineno", 0), type(node).__name__
        return CannotTranslate(
            f"{self.file}, line {line}: {kind} has no translation; use assignments, for, if and arithmetic"
        )

    def value(self, node: ast.expr) -> str:  # noqa: C901, PLR0911 (one case per kind of expression)
        """A number, an array or a call."""
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return repr(number)
            case ast.Name(id=name):
                return variable(name) if name in self.known else self.named(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self.known:
                return f"{variable(name)}.{attribute}"
            case ast.Subscript(value=of, slice=ast.Constant(value=int() as place)):
                return f"{self.value(of)}[{place}]"
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"(-{self.value(operand)})"
            case ast.BinOp(left=left, op=op, right=right):
                return f"({self.value(left)} {self.operator(op, node)} {self.value(right)})"
            case ast.BoolOp(op=ast.Or(), values=[first, second]):
                return f"{self.named('either')}({self.value(first)}, {self.value(second)})"
            case ast.IfExp(test=test, body=body, orelse=other):
                return f"({self.test(test)} ? {self.value(body)} : {self.value(other)})"
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return f"[{', '.join(self.value(item) for item in items)}]"
            case ast.Call(func=function, args=arguments, keywords=[]):
                return f"{self._function(function)}({', '.join(self.value(a) for a in arguments)})"
            case ast.ListComp(elt=each, generators=[ast.comprehension(target=ast.Name(id=name), iter=items, ifs=[])]):
                return f"{self.value(items)}.map(({variable(name)}) => {self.value(each)})"
        raise self.refusal(node)

    def _function(self, node: ast.expr) -> str:
        if isinstance(node, ast.Attribute) and node.attr == "append":
            return f"{self.value(node.value)}.push"
        if isinstance(node, ast.Name):
            return self.value(node)
        raise self.refusal(node)

    def test(self, node: ast.expr) -> str:
        """A condition; a number is true unless it is zero, NaN too, as in Python."""
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
                return f"({self.value(left)} {COMPARISONS[type(op)]} {self.value(right)})"
            case ast.BoolOp(op=op, values=values):
                return f"({(' && ' if isinstance(op, ast.And) else ' || ').join(self.test(v) for v in values)})"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"(!{self.test(operand)})"
        return f"({self.value(node)} !== 0)"

    def operator(self, op: ast.operator, node: ast.AST) -> str:
        """The sign of an operation that both languages have."""
        if type(op) not in OPERATORS:
            raise self.refusal(node)
        return OPERATORS[type(op)]

    def names(self, target: ast.expr) -> list[str]:
        """The names that are assigned at once."""
        if isinstance(target, ast.Name):
            return [variable(target.id)]
        if isinstance(target, ast.Tuple) and all(isinstance(item, ast.Name) for item in target.elts):
            return [variable(item.id) for item in target.elts if isinstance(item, ast.Name)]
        raise self.refusal(target)
