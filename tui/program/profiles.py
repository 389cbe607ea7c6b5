"""Profiles in the program: their list, adding, changing, testing, removing and switching."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.services.errors import InputError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tui.core.provider.probed import Probe
    from tui.program.program_context import ProgramContext
    from tui.screens.profiles.form import ProfileDraft
    from tui.screens.profiles.profile_list import Action
    from tui.services.doctor.profiles import ProfileLook
    from tui.services.settings.config_editor import ConfigEditor
    from tui.services.settings.profile import Profile
    from tui.services.workspace import Workspace


class Profiles:
    """Opens the dialogs of profiles. `under_way` is what a switch would end."""

    def __init__(
        self,
        context: ProgramContext,
        use: Callable[[str], Awaitable[None]],
        under_way: Callable[[], list[str]],
    ) -> None:
        self._context, self._use, self._under_way = context, use, under_way

    @property
    def _workspace(self) -> Workspace:
        workspace = self._context.workspace
        assert workspace is not None  # nothing here is reached without
        return workspace

    @handles("app.profile", group="profile")
    @opens
    async def choose(self) -> None:
        """Show the profiles, and do what is asked with one."""
        from tui.screens.profiles.profile_list import ProfilesDialog

        workspace = self._context.workspace
        if workspace is None:
            return
        unopened = self._context.program.unopened
        if unopened is not None and len(workspace.profiles.names) == 1:
            raise unopened  # there is nothing to choose from until it is corrected
        shown = workspace.profile.name
        while True:
            profiles = workspace.all_profiles
            probes = await self._probes(profiles)
            dialog = ProfilesDialog(
                profiles, workspace.profile.name, probes, self._look_at, shown, self._check
            )
            chosen = await self._context.ask(dialog)
            if chosen is None:
                return
            if chosen.action == "use" and chosen.name is not None:
                shown = chosen.name
                if await self.switch(chosen.name):
                    return
            elif chosen.action == "remove" and chosen.name is not None:
                await self._remove(chosen.name)
            elif chosen.action == "rename" and chosen.name is not None:
                shown = await self._rename(chosen.name)
            else:
                shown = await self._edit(chosen.name) or chosen.name or shown

    def ask_at_start(self) -> None:
        """Ask for the key of the profile in use, if that is typed for each run."""
        workspace = self._context.workspace
        if workspace is None or not workspace.profile.wants_key:
            return
        source = workspace.profile.source
        if source is not None and source.kind == "ask":
            name = workspace.profile.name
            self._context.run(
                self.switch, name, group="profile", description="ask for a key"
            )  # fmt: skip

    # -- switching -----------------------------------------------------------------------

    async def switch(self, name: str) -> bool:
        """Go on with another profile; False where somebody would rather not. For workers only.

        What a switch would end is named and asked about, and a key that is missing asked for.
        """
        workspace = self._workspace
        if not await self._has_key(name):
            return False
        if name == workspace.profile.name and workspace.profile.problem is None:
            return True
        if not await self._may_end_what_is_under_way(name):
            return False
        await self._use(name)
        return True

    async def _has_key(self, name: str) -> bool:
        from tui.screens.profiles.key_dialog import KeyDialog

        profile = self._workspace.profile_called(name)
        if not profile.wants_key:
            return True
        raw = await self._context.ask(KeyDialog(profile))
        if raw is None:
            return False
        self._workspace.give_key(name, raw)
        return True

    async def _may_end_what_is_under_way(self, name: str) -> bool:
        from tui.screens.dialogs.confirm import GoOn

        now = self._workspace.profile.name
        losing = self._under_way()
        asked, look = self._workspace.may_be_done()
        if asked:
            losing.append(f"{asked}. {look}")
        if not losing:
            return True
        text = "\n".join(losing)
        question = (
            f"Still at work with {now}:\n{text}\n\nSwitching to {name} ends it. "
            "Jobs go on at the provider, and an upload goes on later where it was."
        )
        return await self._context.ask(GoOn("Switch profile", question, "switch", "stay")) is True

    # -- adding, changing, removing --------------------------------------------------------

    async def _edit(self, name: str | None) -> str | None:
        from tui.screens.profiles.form import ProfileForm

        workspace = self._workspace
        table = workspace.profiles.tables.get(name or "")
        settings = {} if table is None else dict(table.values)
        providers = workspace.profile.providers
        form = ProfileForm(providers, name, settings, write=self._write, look=self._look)
        written = await self._context.ask(form)
        if written is not None and written == workspace.profile.name:
            await self._take_changes()
        return written

    async def _write(self, draft: ProfileDraft) -> None:
        editor = self._editor()
        await asyncio.to_thread(
            editor.add if draft.new else editor.edit, draft.name, draft.settings
        )
        workspace = self._workspace
        await workspace.read_profiles()
        profile = workspace.profiles.get(draft.name)
        if not draft.key:
            return
        if profile.source is not None and profile.source.kind == "keyring":
            from tui.services.provider.fetched_keys import store_key

            await store_key(profile.source, draft.name, draft.key)
        else:
            workspace.give_key(draft.name, draft.key)

    async def _remove(self, name: str) -> None:
        from tui.screens.dialogs.confirm import GoOn

        workspace = self._workspace
        source = workspace.profiles.get(name).source
        ours = source is not None and source.kind == "keyring" and source.entry[0] == "finetui"
        key = ", and its key out of the keyring" if ours else ""
        question = (
            f"Take profile {name} out of the configuration{key}?\n"
            "Nothing is deleted at the provider."
        )
        if await self._context.ask(GoOn("Remove profile", question, "remove", "keep")) is not True:
            return
        if name == workspace.profile.name and not await self._may_end_what_is_under_way("lab"):
            return
        await asyncio.to_thread(self._editor().remove, name)
        if ours and source is not None:
            from tui.services.provider.fetched_keys import forget_key

            await forget_key(source, name)
        await workspace.read_profiles()
        if name == workspace.profile.name and name not in workspace.profiles.names:
            await self._use("lab")

    async def _rename(self, old: str) -> str:
        """Give a profile another name; returns the one that it has then."""
        from tui.screens.dialogs.editor import LineEditor
        from tui.services.settings.config_editor import renaming_problem

        workspace = self._workspace
        names = workspace.profiles.names

        def problem(new: str) -> str:
            return "" if new == old else renaming_problem(old, new, names)

        hint = "What is known of its jobs, files and chats follows."
        new = await self._context.ask(LineEditor(f"Rename profile {old}", old, hint, problem))
        if new is None or new == old:
            return old
        in_use = old == workspace.profile.name
        if in_use and not await self._may_end_what_is_under_way(new):
            return old
        try:
            await workspace.rename_profile(old, new)
        except ServiceError:  # it is shown, and the profile goes on as it was
            if in_use:
                await self._use(old)
            raise
        if in_use:
            await self._use(new)
        return new

    def _check(self, action: Action, name: str) -> None:
        """Raise InputError for what can only be done with a profile of the configuration."""
        tables = self._workspace.profiles.tables
        if action not in {"rename", "remove"}:
            return
        if name not in tables or not tables[name].values:
            cause = f"{name} does not stand in the configuration: it is always there"
            if name == "openai":
                cause = "openai does not stand in the configuration: OPENAI_API_KEY makes it"
            raise InputError(f"Nothing to {action}", cause, "")

    async def _take_changes(self) -> None:
        """Use the profile in use as it is now, unless that would end something."""
        workspace = self._workspace
        name = workspace.profile.name
        if workspace.profile_called(name) == workspace.profile:
            return
        if await self._may_end_what_is_under_way(name):
            await self._use(name)

    def _editor(self) -> ConfigEditor:
        from tui.services.settings.config_editor import ConfigEditor

        return ConfigEditor(self._workspace.locations, os.environ)

    # -- testing -------------------------------------------------------------------------

    async def _look(self, draft: ProfileDraft) -> ProfileLook:
        """Test what a form says; nothing is written."""
        editor = self._editor()
        name = draft.name or "new"
        try:
            book = await asyncio.to_thread(editor.preview, name, draft.settings)
        except InputError as error:
            raise InputError("It cannot be asked yet", error.cause, error.next_step) from error
        profile = book.get(name)
        if draft.key:
            profile = profile.with_typed_key(draft.key)
        return await self._fresh_look(profile)

    async def _look_at(self, name: str) -> ProfileLook:
        return await self._fresh_look(self._workspace.profile_called(name))

    async def _fresh_look(self, profile: Profile) -> ProfileLook:
        from tui.services.doctor.profiles import look_at_profiles

        workspace, environ = self._workspace, self._workspace.environ
        [look] = await look_at_profiles([profile], workspace.locations, environ, workspace.store)
        return look

    async def _probes(self, profiles: list[Profile]) -> dict[str, Probe]:
        """Return what was found of each the last time, without asking."""
        from tui.services.provider.probe import last_probe_of

        store = self._workspace.store
        found = {one.name: await last_probe_of(one, store) for one in profiles}
        return {name: probe for name, probe in found.items() if probe is not None}
