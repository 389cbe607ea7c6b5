"""`finetui completion`: print the script by which a shell completes the commands.

The script holds all there is to know, so that no Python is started when tab is pressed.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.arguments import Parser, command, common
from tui.cli.overview import COMMANDS, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.cli.arguments import Commands
    from tui.cli.output import Output

SHELLS = ("bash", "zsh", "fish")
# What stands for a file of this machine where a value is named.
_FILES = frozenset({"FILE", "PATH", "IN", "OUT", "A", "B", "VALIDATION", "TRAINING", "PATH_OR_ID"})


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "completion", _not_run)
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    parser.set_defaults(alone=_print)


async def _not_run(*_: object) -> int:
    raise AssertionError("needs no workspace")


def _print(options: argparse.Namespace, out: Output) -> int:
    import shtab

    whole = whole_parser()
    for action in _actions(whole):
        names = {action.metavar} if isinstance(action.metavar, str) else {*(action.metavar or ())}
        if names & _FILES or action.type is Path:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    script = shtab.complete(whole, shell=options.shell)
    # A dataset is opened without any command: where no command fits, bash completes files.
    script = script.replace("complete -o bashdefault -F", "complete -o bashdefault -o default -F")
    out.data([f"{script}\n".encode()])
    return 0


def whole_parser() -> Parser:
    """Return a parser of all commands; all their modules are imported for it."""
    parser = Parser(prog="finetui", parents=[common()], description=SUMMARY)
    parser.add_argument("--version", action="store_true", help="show the program's version")
    commands = parser.add_subparsers(dest="command", parser_class=Parser)
    for name in COMMANDS:
        import_module(f"tui.cli.{name}").register(commands)
    return parser


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to go through them
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for inner in action.choices.values():
                yield from _actions(inner)
