"""What may not be imported: heavy modules in a fresh interpreter, and no circles in the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.sources import of_each_module

ROOT = Path(__file__).parent.parent


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import tui.core.checks, tui.core.edits", {"textual", "openai", "asyncio", "numpy"}),
        ("import tui.services.workspace", {"textual", "openai", "numpy", "tiktoken"}),
        ("import tui.cli", {"textual", "openai", "numpy", "tiktoken"}),
        ("import tui.cli.keys", {"textual", "openai", "numpy", "tiktoken"}),
        # All that is imported before the first frame is on the screen.
        (
            "from tui.app import FinetuiApp; FinetuiApp.MODES['datasets']()",
            {"openai", "numpy", "tiktoken", "starlette", "httpx2", "pydantic"},
        ),
        ("import tui.lab", {"textual", "openai", "tui.core", "tui.services"}),
    ],
)
def test_heavy_and_foreign_modules_stay_out(code: str, absent: set[str]) -> None:
    assert not loaded_by(code) & absent


@of_each_module
def imported(_path: str, nodes: Sequence[ast.AST]) -> list[tuple[str, str]]:
    """Return each module that a module imports, and the name in it, if one is named.

    Types alone and imports inside functions count: whoever reads a file has to read those.
    """
    found = []
    for node in nodes:
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found += [(module, alias.name) for alias in node.names]
    return found


def arrows() -> dict[str, set[str]]:
    """Return our modules that each of them imports."""
    found = {}
    for path, names in imported().items():
        parts = Path("tui", path).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = names
    # A package's own name counts only where something it defines itself is meant.
    return {
        name: {
            one
            for module, within in names
            if (one := inner if (inner := f"{module}.{within}") in found else module) in found
            and one != name
        }
        for name, names in found.items()
    }


def circles(of: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components of two and more (Tarjan's algorithm)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: dict[str, None] = {}
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        stack[name] = None
        for other in sorted(of[name]):
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            within = []
            while not within or within[-1] != name:
                within.append(stack.popitem()[0])
            if len(within) > 1:
                found.append(sorted(within))

    for name in sorted(of):
        if name not in number:
            visit(name)
    return found


def test_no_file_is_longer_than_500_lines() -> None:
    files = [path for room in ("tui", "tests") for path in (ROOT / room).rglob("*.py")]
    long = {str(path.relative_to(ROOT)): size for path in files if (size := lines_in(path)) > 500}
    assert not long


def lines_in(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def test_circles_are_found() -> None:
    made = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a", "e"}, "e": set()}
    assert circles(made) == [["a", "b", "c"]]


@pytest.mark.xdist_group("sources")
def test_no_modules_import_each_other() -> None:
    relative = {path for path, names in imported().items() if any(m[:1] == "." for m, _ in names)}
    assert not relative
    assert circles(arrows()) == []
