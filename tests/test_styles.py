"""Styles: every selector of a style sheet stands for something that the program makes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pytest

from tests.sources import TUI, of_each_module

pytestmark = pytest.mark.xdist_group("sources")
MADE_BY_TEXTUAL = {"ToastRack", "ToastHolder", "Toast"}
_SELECTOR = re.compile(r"(?<![\w$:-])([.#]?)(-?[A-Za-z_][\w-]*)")


def sheets(path: str, nodes: Sequence[ast.AST]) -> Iterator[tuple[str, str]]:
    """Yield the style sheets in a module, each by where it is assigned."""
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            if names & {"CSS", "DEFAULT_CSS"}:
                yield f"{path}:{node.lineno}", str(node.value.value)


def texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the texts in a piece of code; what is put into one is a NUL."""
    for part in nodes:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        elif isinstance(part, ast.JoinedStr):  # such as f"{name}-pane"
            values = (v.value if isinstance(v, ast.Constant) else "\0" for v in part.values)
            yield "".join(map(str, values))


def classes_in(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Yield the style classes that code gives to widgets, components and breakpoints included."""
    for node in nodes:
        found: list[ast.AST] = []
        if isinstance(node, ast.Call):
            found += [word.value for word in node.keywords if word.arg == "classes"]
            if isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_class"):
                found += node.args
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.AST):
            names = [*texts_of_targets(node)]
            if any(name.endswith(("_CLASSES", "_BREAKPOINTS")) for name in names):
                found.append(node.value)
        for one in found:
            for text in texts(ast.walk(one)):
                yield from text.split()


def texts_of_targets(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    yield from (target.id for target in targets if isinstance(target, ast.Name))


def selectors(css: str) -> Iterator[tuple[str, str]]:
    """Yield the kind ("." or "#", "" for a type) and the name of what a sheet selects."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for text in re.findall(r"([^{};]+)\{", plain):
        for kind, name in _SELECTOR.findall(text):
            if kind or name[0].isupper():
                yield kind, name


class Styled(NamedTuple):
    """What a module has to do with styles: its sheets, and what it makes that one can select."""

    sheets: dict[str, str]
    made: dict[str, set[str]]  # classes of styles, ids (any text may be one), types of widgets


@of_each_module
def styled(path: str, nodes: Sequence[ast.AST]) -> Styled:
    """Return what a module has to do with styles."""
    types = {node.name for node in nodes if isinstance(node, ast.ClassDef | ast.alias)}
    made = {".": {*classes_in(nodes)}, "#": {*texts(nodes)}, "": types}
    return Styled(dict(sheets(path, nodes)), made)


class Made:
    """What the program makes: classes of styles, ids, and types of widgets."""

    def __init__(self, parts: Iterable[dict[str, set[str]]]) -> None:
        self._known: dict[str, set[str]] = {".": set(), "#": set(), "": set(MADE_BY_TEXTUAL)}
        for part in parts:
            for kind, names in part.items():
                self._known[kind] |= names
        self._patterns = {
            kind: [
                re.compile(re.escape(word).replace("\0", r"[\w-]+"))
                for word in names
                if "\0" in word and "-" in word
            ]
            for kind, names in self._known.items()
        }

    def holds(self, kind: str, name: str) -> bool:
        return name in self._known[kind] or any(
            pattern.fullmatch(name) for pattern in self._patterns[kind]
        )

    def dead(self, css: str) -> set[str]:
        return {f"{kind}{name}" for kind, name in selectors(css) if not self.holds(kind, name)}


def test_every_selector_matches_something() -> None:
    styles = {path.name: path.read_text() for path in TUI.rglob("*.tcss")}
    for module in styled().values():
        styles.update(module.sheets)
    made = Made(module.made for module in styled().values())
    dead = {sheet: made.dead(css) for sheet, css in styles.items()}
    assert {sheet: names for sheet, names in dead.items() if names} == {}
    nothing = made.dead("Nothing > .is-called { & #unheard { } }")
    assert nothing == {"Nothing", ".is-called", "#unheard"}
