"""What may not be imported: heavy modules in a fresh interpreter, and no circles in the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

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


def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of every module under tui/ by its name."""
    found = {}
    for path in sorted((ROOT / "tui").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_bytes())
    return found


def imports_of(name: str, tree: ast.Module, known: Mapping[str, object]) -> Iterator[str]:
    """Yield our modules that a module imports: at its top, in functions, for types alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} has a relative import"
            # A package's own name counts only where something it defines itself is meant.
            within = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [one if one in known else node.module or "" for one in within]
        else:
            continue
        yield from (one for one in names if one in known and one != name)


def circles(arrows: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components of two and more (Tarjan's algorithm)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        stack.append(name)
        for other in sorted(arrows[name]):
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            at = stack.index(name)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for name in sorted(arrows):
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
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a", "e"}, "e": set()}
    assert circles(arrows) == [["a", "b", "c"]]


def test_no_modules_import_each_other() -> None:
    """Types alone and imports inside functions count: whoever reads a file has to read those."""
    known = modules()
    arrows = {name: {*imports_of(name, tree, known)} for name, tree in known.items()}
    assert circles(arrows) == []
