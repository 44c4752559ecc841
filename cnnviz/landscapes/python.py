"""Landscapes as PyTorch code: the value's own source with torch's functions, so that autograd differentiates it."""

from __future__ import annotations

import ast
import math
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cnnviz.landscapes.javascript import definition
from cnnviz.landscapes.registry import Landscape


def source(surface: Landscape) -> str:
    """``def value(x, y): …`` with all that it names, for tensors of torch."""
    lines = list(dict.fromkeys(_lines(surface.value, surface.parameters)))
    imported = [line for line in lines if line.startswith("from ")]
    return "\n".join([*imported, *(line for line in lines if line not in imported)])


def _lines(function: Callable[..., Any], parameters: Any) -> Iterator[str]:
    node, _ = definition(function)
    named = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    own = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for name in sorted(named - own - {a.arg for a in node.args.args}):
        found = function.__globals__.get(name)
        if name in parameters:
            yield f"{name} = {parameters[name]!r}"
        elif isinstance(found, types.FunctionType):
            yield from _lines(found, parameters)
        elif isinstance(found, (int, float, tuple)):
            yield f"{name} = {found!r}"
        elif found is not None and getattr(math, name, None) is found:
            yield f"from torch import {name}"
    yield f"\n\n{ast.unparse(_bare(node))}\n"


def _bare(node: ast.FunctionDef) -> ast.FunctionDef:
    """The function without its docstring and annotations."""
    bare = ast.parse(ast.unparse(node)).body[0]
    if not isinstance(bare, ast.FunctionDef):
        raise TypeError(node.name)
    if ast.get_docstring(bare):
        del bare.body[0]
    bare.returns = None
    for argument in bare.args.args:
        argument.annotation = None
    return bare


def infix(program: Sequence[float | str]) -> str:
    """A postfix program as an expression of Python with torch's functions."""
    stack: list[str] = []
    for word in program:
        if isinstance(word, (int, float)) or word in ("x", "y"):
            stack.append(f"{word!r}" if isinstance(word, (int, float)) else word)
        elif word in ("+", "-", "*", "/", "**"):
            right, left = stack.pop(), stack.pop()
            stack.append(f"({left} {word} {right})")
        else:
            stack.append(f"(-{stack.pop()})" if word == "neg" else f"torch.{word}({stack.pop()})")
    return stack[-1]
