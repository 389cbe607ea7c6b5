"""The list of profiles: which there are, whether they answer, and what to do with one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from rich.text import Text
from textual.widgets import Static

from tui.commands import key_hint, key_of
from tui.core.provider.addresses import host_of
from tui.core.text.text import one_line
from tui.dispatch import handles, start_worker
from tui.screens.dialogs.base import Dialog
from tui.screens.profiles.looking import key_words, look_words
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.widgets import Input

    from tui.core.provider.probed import Probe
    from tui.services.doctor.profiles import ProfileLook
    from tui.services.settings.profile import Profile

Action = Literal["use", "add", "edit", "rename", "remove"]
_READ_ONLY = "  read-only"
_SHOWN = 8  # lines of what a test found


def _fine(_action: Action, _name: str) -> None:
    """Allow everything."""


@dataclass(frozen=True, slots=True)
class ProfileChosen:
    """A profile of the list, and what is to be done with it; None where one is to be added."""

    action: Action
    name: str | None


class ProfilesDialog(Dialog[ProfileChosen]):
    """Answers with a profile and what to do with it.

    `probes` are what was found of each the last time, `look` asks one again. The cursor begins on
    the one called `shown`. `check` raises InputError where something cannot be done with one.
    """

    DEFAULT_CSS = """
    ProfilesDialog {
        & > .dialog { width: 100; }
        & RecordList { height: auto; max-height: 8; min-height: 3; }
        & #about { height: auto; max-height: 9; margin: 1 0 0 0; }
    }
    """
    WHERE = "profiles"
    CHOSEN = "profiles.use"

    def __init__(
        self,
        profiles: Sequence[Profile],
        current: str,
        probes: Mapping[str, Probe],
        look: Callable[[str], Awaitable[ProfileLook]],
        shown: str,
        check: Callable[[Action, str], None] = _fine,
    ) -> None:
        super().__init__("Profiles")
        self.profiles, self._current, self._look = list(profiles), current, look
        self._shown, self._check = shown, check
        self._probes = dict(probes)
        self.told: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._found = self.profiles

    def compose_content(self) -> ComposeResult:
        """Lay out the field that narrows, the list, and what is known of the one chosen."""
        yield Entry(placeholder="type to narrow", id="narrow")
        yield RecordList(empty="nothing fits", id="profiles")
        yield Static("", id="about", markup=False)
        yield self.key_hints(up=None, down=None, cancel="")

    def on_mount(self) -> None:
        """Show all with the one in use under the cursor."""
        self._show("")
        names = [one.name for one in self.profiles]
        self.query_one(RecordList).move_to(names.index(self._shown) if self._shown in names else 0)
        self._tell()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self._show(event.value)

    def _show(self, typed: str) -> None:
        words = typed.casefold().split()
        self._found = [
            one
            for one in self.profiles
            if all(word in f"{one.name} {one.kind} {one.base_url}".casefold() for word in words)
        ]
        self.query_one(RecordList).show(len(self._found), self._row, empty="nothing fits")
        self._tell()

    def _row(self, row: int, width: int) -> Text:
        one = self._found[row]
        mark = "● " if one.name == self._current else "  "
        keys = self._key_words(one)
        host = max(width - 31 - max(len(self._behind(each)) for each in self._found), 12)
        text = Text(f"{mark}{one_line(one.name, 13):<14}")
        text.append(f"{one_line(one.kind, 11):<12}{self._reach(one)} ")
        address = _place_of(one)
        text.append(f"{one_line(address, host - 1):<{host}}", style="dim")
        text.append(keys, style="dim")
        if one.read_only:
            text.append(_READ_ONLY, style="bold")
        text.truncate(width, overflow="ellipsis")
        return text

    def _key_words(self, one: Profile) -> str:
        return self._keys.get(one.name) or key_words(one)

    def _behind(self, one: Profile) -> str:
        """Return what stands behind the address."""
        return self._key_words(one) + (_READ_ONLY if one.read_only else "")

    def _reach(self, one: Profile) -> str:
        """Whether it answered when it was asked last, in one cell."""
        if one.starts:
            return "✓" if one.embedded else "?"
        if one.problem is not None:
            return "✗"
        probe = self._probes.get(one.name)
        return "?" if probe is None else "✓" if probe.reached else "✗"

    @property
    def under(self) -> Profile | None:
        """The profile under the cursor."""
        if not self._found:
            return None
        return self._found[min(self.query_one(RecordList).cursor, len(self._found) - 1)]

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Say what is known of the profile under the cursor."""
        event.stop()
        self._tell()

    def _tell(self) -> None:
        one = self.under
        about = "" if one is None else self.told.get(one.name) or self._profile_words(one)
        self.query_one("#about", Static).update(about)

    def _profile_words(self, one: Profile) -> str:
        lines = [one.base_url or "the provider built in: no account, no key, nothing is billed"]
        if one.ssh:
            lines = [f"the lab of {one.ssh}, through ssh: nothing is billed"]
        if one.problem:
            lines += [f"✗ {one.problem[0]}", f"  → {one.problem[1]}"]
        if one.wants_key:
            lines.append(f"  → or press {key_of('profiles.use')} and type it for this run")
        probe = self._probes.get(one.name)
        if probe is not None:
            said = ", ".join(f"{found.ability}: {found.told}" for found in probe.found)
            lines.append(f"{probe.age(time.time())}: {said}")
        elif not one.problem and not one.starts:
            lines.append(f"not asked yet: {key_hint('profiles.test', 'tests')} it, with reads only")
        lines += [f"! {remark}" for remark in (*one.remarks, *one.advice)]
        return "\n".join(one_line(line, 300) for line in lines)

    @handles("profiles.use", "profiles.edit", "profiles.rename", "profiles.remove")
    def answer(self, command_id: str) -> None:
        """Answer with the profile under the cursor."""
        if (one := self.under) is None:
            self.nothing_listed()
            return
        action: Action
        for action in ("use", "edit", "rename", "remove"):
            if command_id == f"profiles.{action}":
                self._check(action, one.name)
                self.dismiss(ProfileChosen(action, one.name))

    @handles("profiles.add")
    def add(self) -> None:
        """Answer that one is to be added."""
        self.dismiss(ProfileChosen("add", None))

    @handles("profiles.test")
    def test(self) -> None:
        """Ask the provider of the profile under the cursor what it offers."""
        if (one := self.under) is not None:
            self.told[one.name] = "asking …"
            self._tell()
            start_worker(self, partial(self._test, one), "test", "test a profile")
        else:
            self.nothing_listed()

    async def _test(self, one: Profile) -> None:
        look = await self._look(one.name)
        self.told[one.name] = look_words(look, _SHOWN)
        self._keys[one.name] = key_words(one, look.key)
        if look.probe is not None:
            self._probes[one.name] = look.probe
        self.query_one(RecordList).refresh()
        self._tell()


def _place_of(one: Profile) -> str:
    """Return where a profile's provider is: its host, with a port where it has one."""
    if one.ssh:
        return one.ssh
    parts = urlsplit(one.base_url or "")
    port = f":{parts.port}" if parts.port else ""
    return f"{host_of(one.base_url)}{port}" if one.base_url else "this machine"
