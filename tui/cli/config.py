"""`finetui config`: the configuration file, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command, group, refuse_broken
from tui.services.settings.setting_texts import settings_shown
from tui.services.settings.terminal_settings import CHOICES

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "config")
    for name, run, words in (
        ("path", _path, "print where the file is, or would be"),
        ("show", _show, "print the settings in force and who says them; no secret"),
        ("check", _check, "look for mistakes; ends with 2 for one"),
    ):
        command(actions, name, run, words).set_defaults(in_any_case=True)


async def _path(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    path = workspace.locations.config_file
    out.document({"path": str(path), "exists": path.exists()})
    out.line(str(path))
    return 0


async def _show(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    refuse_broken(options)
    book = workspace.profiles
    names = [workspace.profile.name] if hasattr(options, "profile") else list(book.names)
    found = {}
    for name in names:
        table = book.tables.get(name)
        shown = settings_shown(table.values) if table else {}
        said_by = table.said_by if table else {}
        found[name] = {
            key: {"value": text, "said_by": said_by.get(key, "the file")}
            for key, text in shown.items()
        }
    path = workspace.locations.config_file
    terminal = {name: getattr(book.terminal, name) for name in CHOICES}
    document = {"path": str(path), "default_profile": book.default, **terminal}
    out.document({**document, "profiles": found})
    out.line(f"default_profile = {book.default}")
    said = dict(book.terminal.said_by)
    for name, value in terminal.items():
        out.line(f"{name} = {value}  ({said.get(name, 'default')})")
    for name, settings in found.items():
        out.line(f"\n[{name}] key: {book.get(name).key_state}")
        for key, one in settings.items():
            by = "" if one["said_by"] == "the file" else f"  ({one['said_by']})"
            out.line(f"  {key} = {one['value']}{by}")
    return 0


async def _check(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    refuse_broken(options)
    book = workspace.profiles
    remarks = [*book.remarks]
    for one in book.profiles.values():
        remarks += [*one.remarks, *one.advice]
        if one.problem:
            remarks.append(f"profile {one.name} cannot be used: {one.problem[0]}")
    path = workspace.locations.config_file
    out.document({"path": str(path), "fine": True, "remarks": remarks})
    out.line(f"{path}: {'no mistake' if path.exists() else 'not there; nothing has to be'}")
    for remark in remarks:
        out.line(f"  · {remark}")
    return 0
