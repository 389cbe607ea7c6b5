"""No error shown in the app names a command of the command line where a key does the same."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.dispatch import COMMANDS
from tui.commands import key_of
from tui.screens.app_words import in_app
from tui.screens.reporting import failure_of
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TUI = Path(__file__).parents[2] / "tui"
_NAMES = re.compile(rf"finetui ({'|'.join(COMMANDS)})\b|(?<![\w-])--[a-z][a-z-]+")
# What only the command line ever says, or what is done in a shell in the app, too.
_OF_THE_SHELL = {
    "provider/lab_process.py",  # `finetui lab` in the foreground, in another terminal
    "provider/remote_lab.py",  # what is called on the machine far away
    "settings/setting_texts.py",  # options of commands
    "settings/profiles.py",
    "provider/writes.py",  # what a program of the provider is called with
    "checks/file_report.py:--encoding NAME",  # in a command on a whole file, for a shell
    "jobs/moving/service.py:--chosen-only does that; or choose another profile.",  # asked first
    "transfer/importing/foreign_files.py",  # option_words
}


def _texts(path: Path) -> Iterator[str]:
    """Yield the texts of a module, each as it stands in the source, without docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            parts = (p.value if isinstance(p, ast.Constant) else "NAME" for p in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and id(node) not in docs | inside:
            yield str(node.value)


def test_every_step_of_a_service_has_its_key() -> None:
    named = []
    for path in sorted((_TUI / "services").rglob("*.py")):
        name = path.relative_to(_TUI / "services").as_posix()
        if name not in _OF_THE_SHELL:
            named += [f"{name}:{text}" for text in _texts(path) if _NAMES.search(text)]
    assert len(named) > 8, "they are found"
    assert not {text for text in named if _NAMES.search(in_app(text))} - _OF_THE_SHELL


def test_an_error_is_shown_with_the_key() -> None:
    error = InputError("None", "", "While it lasts: finetui record --profile p --model ft:a:b:c:d"
                       " --dataset FILE")  # fmt: skip
    shown = failure_of(error).as_text()
    assert f"{key_of('models.record')} in Models ({key_of('app.mode_models')})" in shown
    assert "with profile p" in shown
