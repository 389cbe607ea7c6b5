"""Leaving asks about work that would be lost, and about no other: its name says which it is."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import pytest

from tests.sources import of_each_module
from tui.program.activity import READING

pytestmark = pytest.mark.xdist_group("sources")
LOST = {
    *("upload", "download", "create-job", "chat", "compare-ask", "compare-run", "compare-judge"),
    *("delete", "save", "bulk", "import", "export", "split"),
}


@of_each_module
def names_of_work(_path: str, nodes: Sequence[ast.AST]) -> set[str]:
    """Return the names under which work is shown in a module; WORK holds one, too."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = {"working": 0, "at_work": 1}.get(called)
            if at is not None and isinstance(name := node.args[at], ast.Constant):
                found.add(str(name.value))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "WORK":
            found.add(str(ast.literal_eval(node.value)))
    return found


def test_each_work_only_reads_or_is_lost() -> None:
    assert set().union(*names_of_work().values()) == READING | LOST
    assert not READING & LOST
