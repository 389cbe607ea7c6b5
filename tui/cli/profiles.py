"""`finetui profiles`: which providers there are to talk to, and where their keys are."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, command, group, refuse_broken
from tui.cli.doctor import print_diagnoses
from tui.cli.exit_codes import NO_ANSWER
from tui.cli.inputs import key_from_stdin
from tui.core.provider.addresses import without_credentials
from tui.services.doctor.profiles import look_at_profiles
from tui.services.errors import InputError, NeedsConfirmation
from tui.services.provider.fetched_keys import forget_key, store_key
from tui.services.settings.config_editor import ConfigEditor
from tui.services.settings.keys import SERVICE, KeySource, keyring_source, read_key
from tui.services.settings.profiles import ProfileBook
from tui.services.settings.setting_texts import settings_of

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.settings.profile import Profile
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "profiles")
    listing = command(actions, "list", _list, "list the profiles: kind, address, state of the key")
    listing.set_defaults(in_any_case=True)
    for name, run, words in (
        ("add", _add, "add a profile: kind=together api_key_env=TOGETHER_API_KEY …"),
        ("edit", _edit, "change settings of a profile; an empty value takes one out"),
    ):
        parser = command(actions, name, run, words)
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("settings", nargs="*", metavar="SETTING=VALUE")
        parser.set_defaults(in_any_case=True, own_key=True)
    for name, run, words in (
        ("test", _test, "ask whether a profile answers and what it offers; reads only"),
        ("remove", _remove, "take a profile out, and its key out of the keyring"),
        ("default", _default, "use a profile where none is named"),
    ):
        parser = command(actions, name, run, words)
        parser.add_argument("name", metavar="NAME")
        parser.set_defaults(in_any_case=True, own_key=True)
        if name == "remove":
            add_yes(parser, "remove it; a key it has in the keyring is lost")
    words = "give a profile another name; what is known of its jobs, files and chats follows"
    parser = command(actions, "rename", _rename, words)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("new", metavar="NEW")
    parser.set_defaults(in_any_case=True)


async def _list(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    refuse_broken(options)
    book = workspace.profiles
    profiles = list(book.profiles.values())
    out.document({"profiles": [profile_document(book, one) for one in profiles]})
    rows = [
        (
            f"{one.name} *" if one.name == book.default else one.name,
            one.kind,
            without_credentials(one.base_url) if one.base_url else one.ssh or "this machine",
            one.key_state,
            "read-only" if one.read_only else "",
            one.problem[0] if one.problem else "",
        )
        for one in profiles
    ]
    out.table(("name", "kind", "address", "key", "", "problem"), rows)
    for one in profiles:
        for remark in (*one.remarks, *one.advice):
            out.note(f"finetui: {remark}.")
    return 0


def profile_document(book: ProfileBook, one: Profile) -> dict[str, Any]:
    """Return what is known of a profile, without a secret."""
    return {
        "name": one.name,
        "kind": one.kind,
        "provider": one.provider_entry.name,
        "base_url": one.base_url and without_credentials(one.base_url),
        "default": one.name == book.default,
        "key": one.key_state,
        "key_source": one.source.kind if one.source else None,
        "read_only": one.read_only,
        "problem": one.problem and {"cause": one.problem[0], "next_step": one.problem[1]},
        "remarks": [*one.remarks, *one.advice],
    }


async def _add(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    settings = settings_of(options.settings)
    given = {name: value for name, value in settings.items() if value is not None}
    return await _changed(options, workspace, out, given, new=True)


async def _edit(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    return await _changed(options, workspace, out, settings_of(options.settings), new=False)


async def _changed(
    options: argparse.Namespace,
    workspace: Workspace,
    out: Output,
    settings: dict[str, Any],
    *,
    new: bool,
) -> int:
    name, typed = options.name, getattr(options, "key_stdin", False)
    if typed:
        settings.setdefault("key_keyring", name)
    editor = _editor(workspace)
    await asyncio.to_thread(editor.add if new else editor.edit, name, settings)
    if typed:
        try:
            await _keep_key(name, settings["key_keyring"])
        except InputError:
            if new:  # a profile whose key is nowhere is not what was asked for
                await asyncio.to_thread(editor.remove, name)
            raise
    made = (await _book(workspace)).get(name)
    out.document(profile_document(workspace.profiles, made))
    out.line(f"{name}: {'added' if new else 'changed'}. Key: {made.key_state}.")
    if made.problem:
        out.note(f"finetui: {made.problem[0]}. {made.problem[1]}")
    for remark in (*made.remarks, *made.advice):
        out.note(f"finetui: {remark}.")
    return 0


async def _keep_key(name: str, entry: object) -> None:
    source = keyring_source(entry)
    assert source is not None  # the profile could be read
    key = read_key(await key_from_stdin())
    if not key.text or key.problem:
        cause = key.problem or "standard input holds none"
        raise InputError("The key cannot be used", cause, "Give the key on the first line.")
    await store_key(source, name, key.text)


async def _test(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    refuse_broken(options)
    profile = workspace.profile_called(options.name)
    if getattr(options, "key_stdin", False):
        workspace.give_key(options.name, await key_from_stdin())
        profile = workspace.profile_called(options.name)
    [look] = await look_at_profiles(
        [profile], workspace.locations, workspace.environ, workspace.store, starts_lab=True
    )
    out.document(look.to_json())
    print_diagnoses(look.diagnoses, out)
    return NO_ANSWER if any(one.state == "problem" for one in look.diagnoses) else 0


async def _remove(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    name = options.name
    found = workspace.profiles.profiles.get(name)
    source = found.source if found else None
    own = source if source is not None and _is_ours(source) else None
    if not options.yes:
        what = " and its key in the keyring" if own else ""
        raise NeedsConfirmation(
            "Not done", f"this takes out profile {name}{what}", "Add --yes to do it."
        )
    await asyncio.to_thread(_editor(workspace).remove, name)
    if own is not None:
        await forget_key(own, name)
    out.document({"removed": name})
    out.line(f"{name}: removed")
    return 0


async def _rename(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    refuse_broken(options)
    await asyncio.to_thread(workspace.typed.load)
    await workspace.rename_profile(options.name, options.new)
    out.document({"renamed": options.name, "name": options.new})
    out.line(f"{options.name} is called {options.new} now")
    if os.environ.get("FINETUI_PROFILE") == options.name:
        out.note(f"finetui: the variable FINETUI_PROFILE still says {options.name}.")
    return 0


def _is_ours(source: KeySource) -> bool:
    return source.kind == "keyring" and source.entry[0] == SERVICE


async def _default(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    refuse_broken(options)
    workspace.profiles.get(options.name)
    await asyncio.to_thread(_editor(workspace).set_default, options.name)
    out.document({"default": options.name})
    out.line(f"{options.name} is used where no profile is named")
    return 0


def _editor(workspace: Workspace) -> ConfigEditor:
    return ConfigEditor(workspace.locations, os.environ)


async def _book(workspace: Workspace) -> ProfileBook:
    return await asyncio.to_thread(ProfileBook.load, workspace.locations, os.environ)
