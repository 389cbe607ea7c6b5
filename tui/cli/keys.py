"""`finetui keys`: all commands with their keys, and what is wrong with the keys."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import command, refuse_broken
from tui.cli.exit_codes import PROBLEMS
from tui.commands import COMMANDS, MODES, Keymap, place_title
from tui.commands.keymap import problems, with_keys

if TYPE_CHECKING:
    import argparse

    from tui.cli.arguments import Commands, Parser
    from tui.cli.output import Output
    from tui.commands import Command
    from tui.commands.keymap import Problem
    from tui.services.workspace import Workspace

_FIRST = ["app", *(mode for _, mode, _ in MODES)]


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "keys", _keys, "list all commands of the app with their keys")
    parser.set_defaults(in_any_case=True)
    about = "only commands with this in their id, name or keys; several words narrow further"
    parser.add_argument("word", nargs="*", metavar="WORD", help=about)
    about = "look for clashes and for keys that terminals do not send; ends with 1 for one"
    parser.add_argument("--check", action="store_true", help=about)


async def _keys(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    refuse_broken(options)
    keymap = workspace.profiles.keymap or Keymap()
    found = problems(COMMANDS, keymap)
    if options.check:
        return _check(keymap, found, out)
    words = [word.casefold() for word in options.word]
    listed = [one for one in with_keys(COMMANDS, keymap) if _fits(one, words)]
    listed.sort(key=lambda one: _FIRST.index(one.where) if one.where in _FIRST else len(_FIRST))
    out.document(
        {
            "keymap": keymap.name,
            "commands": [_json(one, keymap) for one in listed],
            "problems": [_problem(one) for one in found],
        }
    )
    out.line(f"keymap = {keymap.name}")
    for where, those in groupby(listed, lambda one: one.where):
        out.line(f"\n{place_title(where)}")
        for one in those:
            mark = "*" if one.id in keymap.own else " "
            out.line(f"{mark} {one.key_label:<20} {one.id:<26} {one.title}: {one.hint}")
    if not listed:
        out.note("finetui: no command fits")
    if found:
        out.note(f"finetui: {_count(found)} with keys: finetui keys --check tells")
    return 0


def _check(keymap: Keymap, found: list[Problem], out: Output) -> int:
    out.document({"keymap": keymap.name, "problems": [_problem(one) for one in found]})
    for one in found:
        out.line(f"✗ {one.text}")
    out.line(f"keymap = {keymap.name}: {_count(found) if found else 'no problem'}")
    return PROBLEMS if found else 0


def _count(found: list[Problem]) -> str:
    return f"{len(found)} problem{'s' if len(found) > 1 else ''}"


def _fits(one: Command, words: list[str]) -> bool:
    text = f"{one.id} {one.title} {one.hint} {one.keys} {one.key_label}".casefold()
    return all(word in text for word in words)


def _json(one: Command, keymap: Keymap) -> dict[str, Any]:
    return {
        "id": one.id,
        "place": one.where,
        "title": one.title,
        "does": one.hint,
        "keys": list(one.key_names),
        "labels": one.labels,
        "own": one.id in keymap.own,
    }


def _problem(one: Problem) -> dict[str, str]:
    found = {"kind": one.kind, "id": one.command_id, "key": one.key, "text": one.text}
    return {**found, "other": one.other} if one.other else found
