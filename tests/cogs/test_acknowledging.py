"""Every command, button, select and form acknowledges first: read from the code, for all cogs at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

COGS = Path(__file__).parents[2] / "cogs"
FIRST = {"acknowledge", "show_form", "defer", "send_modal", "send_message"}
"""What may come first: a deferral, or the modal it opens (which one short read may precede)."""

BY_DECORATOR = {"command", "button", "select"}
BY_NAME = {"callback", "on_submit"}


def entry_points() -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    for path in sorted(COGS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and is_entry_point(node):
                yield f"{path.relative_to(COGS)}:{node.lineno}:{node.name}", node


def is_entry_point(node: ast.AsyncFunctionDef) -> bool:
    decorators = [called.func if isinstance(called, ast.Call) else called for called in node.decorator_list]
    names = {decorator.attr for decorator in decorators if isinstance(decorator, ast.Attribute)}
    return bool(names & BY_DECORATOR) or node.name in BY_NAME


ENTRY_POINTS = dict(entry_points())


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_it_acknowledges_in_its_first_statement(name: str) -> None:
    body = [s for s in ENTRY_POINTS[name].body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    first = body[0]
    assert isinstance(first, ast.Expr), f"{name} begins with something else"
    assert isinstance(first.value, ast.Await), f"{name} begins with something else"
    call = first.value.value
    assert isinstance(call, ast.Call)
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    assert called in FIRST, f"{name} begins with {called}"


def test_all_of_them_are_looked_at() -> None:
    names = [name.split(":")[2] for name in ENTRY_POINTS]
    assert names.count("callback") >= 5  # buttons, selects, and the buttons that open a form
    assert names.count("on_submit") >= 3
    assert len(names) > 25
