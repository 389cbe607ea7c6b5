"""Keys in messages come from the one table of commands, so that none is told that does nothing."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tui
from tui.commands import command

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(tui.__file__).parent
_KEY = r"(?:(?:ctrl|shift|alt)\+\S|F[1-9]|esc|enter|tab|space|[b-zB-HJ-Z=/])"
# A key as a message names it: "press r", "r asks again", "esc stops", "ctrl+s", "F2".
_NAMED = re.compile(
    rf"\b[Pp]ress (?:{_KEY}|[0-9a])\b"
    r"|\b(?:ctrl|alt)\+[a-z]\b|\bF[1-9]\b|\bthe same as [\[\]]"
    rf"|(?:^|[;:·,(.…\n] ?){_KEY} (?!has\b|is\b|as\b|this\b|takes too long)[a-z]{{2,}}s\b"
)
# What services say of the command line, to be found in their texts.
_PATTERNS = {"screens/app_words.py"}
# Below the screens nobody knows the table of commands: what is named there stands in it.
BELOW = {
    "core/checks/examples/structure.py": {": i imports": "datasets.import_data"},
    "core/checks/whole_file/likeness.py": {". = shows": "datasets.near"},
    "core/formats/detection/foreign.py": {": i imports": "datasets.import_data"},
    "core/filtering/parser.py": {"F1": "app.help"},
    "core/filtering/fields.py": {
        "enter keeps": "filter.keep",
        "esc clears": "filter.leave",
        "ctrl+s": "filter.save",
    },
    "core/fixes/messages.py": {"press enter": "lists.choose", "then r": "datasets.role"},
    "core/fixes/texts.py": {"press enter": "lists.choose", "then e": "datasets.edit"},
    "services/datasets/adding.py": {"ctrl+s": "datasets.save"},
    "services/datasets/service.py": {"press o": "datasets.open"},
    "services/jobs/creation.py": {"ctrl+s": "job_form.create"},
    "services/jobs/drafts.py": {"enter chooses": "job_form.choose"},
    "services/settings/profile.py": {"F2": "app.profile"},
    "services/settings/saved_filters.py": {"ctrl+s": "filter.save"},
    "cli/dispatch.py": {"F2": "app.profile"},
}


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each string that is not a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in docstrings:
            yield getattr(node, "lineno", 0), text


def test_no_message_of_a_screen_has_a_key_written_into_it() -> None:
    """`key_hint` and `key_of` name it by the command: what is written out goes stale unseen."""
    files = [
        path for part in ("screens", "widgets", "program") for path in (ROOT / part).rglob("*.py")
    ]
    assert len(files) > 200
    found = [
        (str(path.relative_to(ROOT)), line, named[0], text[:60])
        for path in files
        if path.relative_to(ROOT).as_posix() not in _PATTERNS
        for line, text in _texts(path)
        if (named := _NAMED.search(text))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["Press r to ask.", "Gone; u brings it back", "esc stops", "F2 adds"]
)
def test_what_names_a_key_is_found(text: str) -> None:
    assert _NAMED.search(text)


@pytest.mark.parametrize("text", ["an answer stays", "is a guess", "esc", "A weight is 0 or 1"])
def test_what_names_none_is_not(text: str) -> None:
    assert not _NAMED.search(text)


@pytest.mark.parametrize("path", BELOW)
def test_keys_named_below_the_screens_are_those_of_the_table(path: str) -> None:
    texts = "\n".join(text for _, text in _texts(ROOT / path))
    for words, command_id in BELOW[path].items():
        key = words.strip(": .").removeprefix("press ").removeprefix("then ").split()[0]
        assert words in texts
        assert key in command(command_id).labels


_ASKS = {"key_of", "key_hint", "command", "key_words", "commands_for"}


def _asked_at_import(tree: ast.AST, *, inside: bool = False) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        of_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in _ASKS and not inside:
            yield ast.unparse(node)
        yield from _asked_at_import(node, inside=inside or of_function)


def test_no_key_is_asked_for_while_a_module_is_loaded() -> None:
    """What keeps a key in a constant shows that of the keymap before."""
    assert list(_asked_at_import(ast.parse("X = key_of('a.b')"))) == ["key_of('a.b')"]
    parts = ("screens", "widgets", "program", "app.py")
    files = [
        path
        for part in parts
        for path in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
    ]
    found = {
        str(path.relative_to(ROOT)): told
        for path in files
        if (told := [*_asked_at_import(ast.parse(path.read_text(encoding="utf-8")))])
    }
    assert found == {}
