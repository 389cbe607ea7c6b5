"""What stands in the program's source, read from its syntax trees: each module is parsed once.

    @of_each_module
    def classes(path, nodes): ...

    classes()  # {"app.py": what it returned, …}

The first that is asked for reads for all of them, a module at a time: all trees at once would
take 400 MB. Tests that ask are one group, so that one worker reads:
`pytestmark = pytest.mark.xdist_group("sources")`.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import tui

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TUI = Path(tui.__file__).parent
T = TypeVar("T")


_waiting: list[tuple[Callable[[str, Sequence[ast.AST]], object], dict[str, object]]] = []


def of_each_module(read: Callable[[str, Sequence[ast.AST]], T]) -> Callable[[], dict[str, T]]:
    """Return what tells, of each module, what is read from its path and nodes, the tree first."""
    found: dict[str, T] = {}
    _waiting.append((read, found))  # type: ignore[arg-type]

    def asked() -> dict[str, T]:
        if not found:
            _read_all()
        return found

    return asked


def _read_all() -> None:
    for file in sorted(TUI.rglob("*.py")):
        path, nodes = file.relative_to(TUI).as_posix(), [*ast.walk(ast.parse(file.read_bytes()))]
        for read, found in _waiting:
            found[path] = read(path, nodes)
    _waiting.clear()


def docstrings(nodes: Sequence[ast.AST]) -> set[int]:
    """Return the ids of the nodes that are docstrings."""
    return {
        id(node.body[0].value)
        for node in nodes
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
