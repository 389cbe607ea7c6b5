"""Give a profile another name: in the configuration, the ledger, the keyring and what is typed."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from tui.services.errors import InputError, ServiceError
from tui.services.provider.fetched_keys import fetch_key, forget_key, store_key
from tui.services.settings.config_editor import renaming_problem
from tui.services.settings.keys import SERVICE, keyring_source
from tui.services.settings.typed_texts import FORM_KEY

if TYPE_CHECKING:
    from tui.services.settings.config_editor import ConfigEditor
    from tui.services.settings.profile import Profile
    from tui.services.settings.profiles import ProfileBook
    from tui.services.settings.typed_texts import TypedTexts
    from tui.services.store.store import Store

TITLE = "The profile was not renamed"


async def rename_profile(
    book: ProfileBook,
    old: str,
    new: str,
    editor: ConfigEditor,
    store: Store,
    typed: TypedTexts,
) -> None:
    """Rename a profile that nothing is under way with; its provider is not asked.

    All of it is done or, where something refuses, none. Raises ServiceError.
    """
    profile = book.get(old)
    if problem := renaming_problem(old, new, book.names):
        raise InputError(TITLE, problem, "Choose another name.")
    moves_key = _is_named_after(profile)
    if moves_key:
        await _copy_key(profile, new)
    try:
        await asyncio.to_thread(editor.rename, old, new)
        await _rename_in_ledger(editor, store, old, new)
    except BaseException:  # the key stays where it was
        if moves_key:
            await _forget_key(new)
        raise
    typed.rename(FORM_KEY.format(old), FORM_KEY.format(new))
    if moves_key:
        await _forget_key(old)


async def _rename_in_ledger(editor: ConfigEditor, store: Store, old: str, new: str) -> None:
    try:
        done = await store.rename_profile(old, new)
    except BaseException:  # whatever it was goes on
        await asyncio.to_thread(editor.rename, new, old)
        raise
    if not done:
        await asyncio.to_thread(editor.rename, new, old)
        cause = f"the ledger holds jobs, files or chats of an earlier profile {new}"
        raise InputError(TITLE, cause, "Choose another name.")


def _is_named_after(profile: Profile) -> bool:
    """Whether its key is in the keyring under the profile's name."""
    source = profile.source
    if source is None or source.kind != "keyring":
        return False
    return tuple(source.entry) == (SERVICE, profile.name)


async def _copy_key(profile: Profile, new: str) -> None:
    """Keep the key under the new name too; one that is not there yet is no matter."""
    assert profile.source is not None
    to = keyring_source(new)
    assert to is not None
    with contextlib.suppress(InputError):  # not there, or no keyring: as good as none
        key = await fetch_key(profile.source, profile.name)
        await store_key(to, new, key)


async def _forget_key(name: str) -> None:
    source = keyring_source(name)
    assert source is not None
    with contextlib.suppress(ServiceError):  # it is of no use any more, and told by nobody
        await forget_key(source, name)
