"""Pressing keys one after the other in one app, to see whether anything comes of each."""

from __future__ import annotations

import asyncio
import time
import unicodedata
from typing import TYPE_CHECKING, Any

from textual import events
from textual.keys import REPLACED_KEYS, _get_unicode_name_from_key

from tests.pilots import paint, wait_for_idle
from tests.until import on_screen, toasts, until
from tui import type_ahead
from tui.screens.dialogs.help import HelpDialog
from tui.widgets.frame.passing_remark import Remark

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    import pytest
    from textual.pilot import Pilot
    from textual.screen import Screen
    from textual.widget import Widget
    from textual.worker import Worker

    from tui.commands import Command

LIMIT_S = 30.0  # reached only by a key that is dead


def picture(app: Any) -> list[Any]:
    """Return all that is drawn, colours too: a cursor that moves is seen by them."""
    return [[*strip] for strip in app.screen._compositor.render_strips(app.screen.size)]


def words(drawn: list[Any]) -> list[str]:
    """Return the text of what is drawn."""
    return ["".join(one.text for one in line) for line in drawn]


# What goes on when a dialog has been left, and ends or holds what is asked for then: another
# profile, or the one before, is gone to; a dataset is asked.
GO_ON = {"move", "profile", "run-form", "run"}


def goes_on(worker: Worker[Any]) -> bool:
    """Whether this is such work, and not done yet."""
    return worker.group in GO_ON and not worker.is_finished


def action_of(screen: Screen[Any], key: str) -> str:
    """Return what a key would do, of all that have it: what has the focus comes first."""
    for _, bindings in screen._binding_chain:
        if found := bindings.key_to_bindings.get(key):
            return found[0].action
    return ""


class Presser:
    """Presses keys and notes those of which nothing is seen: `dead`."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot, self.app = pilot, pilot.app
        self.dead: list[str] = []
        self._paints, self._last = 0, ((None, -1), [])  # what was drawn after this many paints
        paint = self.app._display

        def counted(*args: Any) -> None:
            self._paints += 1
            paint(*args)

        self.app._display = counted  # type: ignore[method-assign]
        self.app.clear_notifications()
        # What is said is read from where it is kept: it need not be drawn over the screen.
        self.app._refresh_notifications = lambda: None  # type: ignore[method-assign]
        self.alike: set[str] = set()  # commands whose key has run just what the palette runs

    @staticmethod
    def hold_without_end(patch: pytest.MonkeyPatch) -> None:
        """Have a key that nothing lets go be held back, so that it is seen."""
        patch.setattr(type_ahead, "_LONGEST_S", 2 * LIMIT_S)

    def picture(self) -> list[Any]:
        """Return what is drawn now, looked at again only when something was painted."""
        key: Any = self.app.screen, self._paints
        if self._last[0] != key:
            self._last = key, picture(self.app)
        return self._last[1]

    def send(self, *keys: str) -> None:
        """Send keys as a terminal does, all at once."""
        for key in keys:
            name = _get_unicode_name_from_key(REPLACED_KEYS.get(key, key))
            try:
                character: str | None = unicodedata.lookup(name)
            except KeyError:
                character = key if len(key) == 1 else None
            self.app.post_message(events.Key(key, character))

    async def quiet(self) -> None:
        """Return once nothing is painted any more and nothing is said."""
        app: Any = self.app
        app.clear_notifications()
        if app.said.text:
            app.said = Remark()
        last, deadline = None, time.monotonic() + LIMIT_S
        while (now := (app.screen, self._paints)) != last or app.holds_typed:
            if now == last:
                assert time.monotonic() < deadline, f"keys are held back on {app.screen}"
                await asyncio.sleep(0.005)  # for what is to open
            last = now
            await wait_for_idle()
            paint(app)

    async def settled(self) -> list[Any]:
        """Return what is drawn once nothing changes any more and nothing is said."""
        await self.quiet()
        return self.picture()

    async def seen(
        self,
        key: str | Callable[[], object],
        at: Screen[Any],
        before: list[Any] | None = None,
        passing: Screen[Any] | None = None,
    ) -> bool:
        """Press a key, or do something else, and tell whether anything is seen of it `at` a screen.

        That another screen opens is seen as well.

        `before` is what it looked like before, `passing` a screen over it that the key closes.
        """
        app = self.app
        if before is None:
            before = await self.settled()
        if isinstance(key, str):
            self.send(key)
        else:
            key()

        def shows() -> bool:
            if app.screen is not at:
                return app.screen is not passing
            return bool(toasts(app)) or self.picture() != before

        try:
            await until(shows, seconds=LIMIT_S)
        except AssertionError:
            return False
        return True

    async def second(self, command: str) -> None:
        """Let the second pass that a list says it is of: asked twice in one, it is the same."""
        if command.endswith(".refresh"):
            now = int(time.time())
            await until(lambda: int(time.time()) != now)

    async def command(self, where: str, one: Command, before: Iterable[str] = ()) -> None:
        """Press the first key of a command, after others; and those that are not bound the same."""
        screen = self.app.screen
        for key in before:
            if not await self.seen(key, screen):
                self.dead.append(f"{where}: {key} before {one.id}")
        if not one.keys:
            return
        first, *others = to_press(screen, one)
        if self.runs_alone(first, one):
            self.alike.add(one.id)
        for key in (*(() if before else others), first):
            shown = await self.settled()
            await self.second(one.id)
            if not await self.seen(key, screen, shown):
                self.dead.append(f"{where}: {key} ({one.id})")
            if key != first:
                await self.back(screen, words(shown))

    def runs_alone(self, key: str, one: Command) -> bool:
        """Whether a key runs the action of a command where it works, and nothing holds it back."""
        at: Any = self.app if one.where == "app" else self.app.screen
        return (
            action_of(self.app.screen, key) == one.call
            and at.check_action("command", (one.id,)) is True
        )

    async def back(self, screen: Screen[Any], before: list[str]) -> None:
        """Close what a key has opened, until this screen is there as it was before."""
        app: Any = self.app
        for _ in range(6):  # a dialog over a dialog; at last an error, or a field that was opened
            await self.quiet()
            if app.screen is screen and words(self.picture()) == before:
                return
            at_screen = app.screen is screen
            self.send("escape")
            await self.quiet()
            if at_screen:
                break
        if app.current_mode != screen.MODE:  # type: ignore[attr-defined]
            app.show_mode(screen.MODE)  # type: ignore[attr-defined]
        await until(lambda: app.screen is screen)

    async def widget_keys(self, where: str, widget: Widget, commands: Iterable[Command]) -> None:
        """Press the keys that a widget has itself, each with the focus on it."""
        screen = self.app.screen
        for one in commands:
            screen.set_focus(widget)
            before = words(await self.settled())
            await self.command(where, one)
            await self.back(screen, before)

    async def dialog(self, where: str, reach: Callable[[], Awaitable[None]]) -> None:
        """Press all that help tells of a dialog; `reach` opens it, again where a key closed it."""
        app: Any = self.app
        below = app.screen
        left: list[tuple[str, str]] | None = None
        while left is None or left:
            if app.screen is below:
                await until(lambda: not any(map(goes_on, app.workers)))
                await self.quiet()
                try:
                    await reach()
                    await until(lambda: getattr(app.screen, "WHERE", "") == where, seconds=10)
                except AssertionError:
                    raise AssertionError(f"{where} is not reached:\n{on_screen(app)}") from None
            dialog: Any = app.screen
            await self.quiet()
            told = {one.id: one for one in told_of(dialog)}
            if left is None:
                left = [(one, key) for one in told for key in to_press(dialog, told[one])]
            one, key = left.pop(0)
            place = one.partition(".")[0]
            for widget in dialog.focus_chain:
                if place in getattr(widget, "PLACES", ()):
                    dialog.set_focus(widget)
                    break
            await self.second(one)
            if one in told and not await self.seen(key, dialog):  # else it cannot be given now
                self.dead.append(f"{where}: {key} ({one})")
            await self.close_down_to(dialog, below)
        await self.close_down_to(below)

    async def close_down_to(self, *screens: Screen[Any]) -> None:
        """Close what lies over these screens, what is still to open too."""
        app = self.app
        while True:
            await self.quiet()
            if app.screen in screens:
                return
            self.send("escape")


def to_press(screen: Screen[Any], one: Command) -> list[str]:
    """Return the first key of a command, and those of the others that are not bound the same."""
    first, *others = one.key_names
    doing = action_of(screen, first)
    return [first, *(key for key in others if action_of(screen, key) != doing)]


def told_of(dialog: Any) -> list[Command]:
    """Return what help tells of a dialog, without what holds everywhere."""
    groups = HelpDialog(dialog.app.current_mode, dialog)._keys
    return [
        one
        for title, commands in groups.items()
        if title != "Everywhere"
        for one in commands
        if one.keys
    ]
