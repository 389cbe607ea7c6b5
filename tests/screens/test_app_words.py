"""No error shown in the app names a command of the command line where a key does the same."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.sources import docstrings, of_each_module
from tui.cli.dispatch import COMMANDS
from tui.commands import key_of
from tui.screens.app_words import in_app
from tui.screens.reporting import failure_of
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


@of_each_module
def named_in(path: str, nodes: Sequence[ast.AST]) -> list[str]:
    """Return the texts of a module of the services that name a command or an option."""
    name = path.removeprefix("services/")
    if name == path or name in _OF_THE_SHELL:
        return []
    return [f"{name}:{text}" for text in _texts(nodes) if _NAMES.search(text)]


def _texts(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Yield the texts of a module, each as it stands in the source, without docstrings."""
    docs = docstrings(nodes)
    inside: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            parts = (p.value if isinstance(p, ast.Constant) else "NAME" for p in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and id(node) not in docs and id(node) not in inside:
            yield str(node.value)


@pytest.mark.xdist_group("sources")
def test_every_step_of_a_service_has_its_key() -> None:
    named = [text for texts in named_in().values() for text in texts]
    assert len(named) > 8, "they are found"
    assert not {text for text in named if _NAMES.search(in_app(text))} - _OF_THE_SHELL


def test_an_error_is_shown_with_the_key() -> None:
    error = InputError("None", "", "While it lasts: finetui record --profile p --model ft:a:b:c:d"
                       " --dataset FILE")  # fmt: skip
    shown = failure_of(error).as_text()
    assert f"{key_of('models.record')} in Models ({key_of('app.mode_models')})" in shown
    assert "with profile p" in shown
