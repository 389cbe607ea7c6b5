"""Keys in messages come from the one table of commands, so that none is told that does nothing."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.sources import docstrings, of_each_module

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = pytest.mark.xdist_group("sources")
_KEY = r"(?:(?:ctrl|shift|alt)\+\S|F[1-9]|esc|enter|tab|space|[b-zB-HJ-Z=/])"
# A key as a message names it: "press r", "r asks again", "esc stops", "ctrl+s", "F2".
_NAMED = re.compile(
    rf"\b[Pp]ress (?:{_KEY}|[0-9a])\b"
    r"|\b(?:ctrl|alt)\+[a-z]\b|[←↑↓]|\bF[1-9]\b|\bthe same as [\[\]]"
    rf"|(?:^|[;:·,(.…\n] ?){_KEY} (?!has\b|is\b|as\b|this\b|takes too long)[a-z]{{2,}}s\b"
)
# What services say of the command line, to be found in their texts.
_PATTERNS = {"screens/app_words.py"}
# What looks like a key of a command below the screens and is none.
NO_COMMANDS = {
    ("cli/chat.py", "; ctrl+c stops"),  # a signal
    ("cli/models_found.py", ":X looks"),
    ("core/filtering/fields.py", ", m lines"),  # of an expression
    ("services/settings/key_settings.py", "ctrl+s"),  # how a key is written
    ("terminal/cells/glyphs.py", "←"),
    ("terminal/keys.py", "ctrl+w"),  # what a terminal sends
}


@of_each_module
def _named(_path: str, nodes: Sequence[ast.AST]) -> list[tuple[str, str]]:
    """Return the keys named in the texts of a module that are no docstrings."""
    docs = docstrings(nodes)
    texts = (node for node in nodes if isinstance(node, ast.Constant) and id(node) not in docs)
    return [
        (named[0].strip(), node.value[:60])
        for node in texts
        if isinstance(node.value, str) and (named := _NAMED.search(node.value))
    ]


def _named_in(*parts: str) -> tuple[int, list[tuple[str, str, str]]]:
    """Return how many files these parts have, and the keys named in their texts."""
    files = [(path, found) for path, found in _named().items() if path.split("/")[0] in parts]
    return len(files), [(path, *one) for path, found in files for one in found]


def test_no_message_of_a_screen_has_a_key_written_into_it() -> None:
    """`key_hint` and `key_of` name it by the command: what is written out goes stale unseen."""
    count, found = _named_in("screens", "widgets", "program")
    assert count > 200
    assert [one for one in found if one[0] not in _PATTERNS] == []


def test_nothing_below_the_screens_names_a_key() -> None:
    """Nobody there knows the table of commands, nor the keymap in use."""
    count, found = _named_in("core", "services", "cli", "lab", "terminal")
    assert count > 400
    assert {(path, named) for path, named, _ in found} == NO_COMMANDS


@pytest.mark.parametrize(
    "text", ["Press r to ask.", "Gone; u brings it back", "esc stops", "F2 adds"]
)
def test_what_names_a_key_is_found(text: str) -> None:
    assert _NAMED.search(text)


@pytest.mark.parametrize("text", ["an answer stays", "is a guess", "esc", "A weight is 0 or 1"])
def test_what_names_none_is_not(text: str) -> None:
    assert not _NAMED.search(text)


_ASKS = {"key_of", "key_hint", "command", "key_words", "commands_for"}


def _is_asked(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in _ASKS


def _asked_at_import(tree: ast.AST, *, inside: bool = False) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        of_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if _is_asked(node) and not inside:
            yield ast.unparse(node)
        yield from _asked_at_import(node, inside=inside or of_function)


@of_each_module
def _asks(_path: str, nodes: Sequence[ast.AST]) -> list[str]:
    """Return what a module asks for keys while it is loaded."""
    return [*_asked_at_import(nodes[0])] if any(map(_is_asked, nodes)) else []


def test_no_key_is_asked_for_while_a_module_is_loaded() -> None:
    """What keeps a key in a constant shows that of the keymap before."""
    assert list(_asked_at_import(ast.parse("X = key_of('a.b')"))) == ["key_of('a.b')"]
    parts = {"screens", "widgets", "program", "app.py"}
    found = {path: told for path, told in _asks().items() if path.split("/")[0] in parts and told}
    assert found == {}
