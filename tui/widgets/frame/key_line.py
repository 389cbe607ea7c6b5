"""The footer: the most used keys of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Footer

if TYPE_CHECKING:
    from textual.screen import Screen


class KeyLine(Footer):
    """Textual's footer, made anew only when the keys in it are others.

    Textual makes it anew each time the focus moves, and a key pressed then waits for that.
    """

    _shown: tuple[tuple[str, str, str, bool], ...] = ()

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Show the keys that hold now."""
        if self.is_attached and screen is self.screen and self.app.app_focus:
            keys = tuple(
                (binding.key, binding.description, binding.action, enabled)
                for _, binding, enabled, _ in screen.active_bindings.values()
                if binding.show
            )
            if keys == self._shown:
                return
            self._shown = keys
        super().bindings_changed(screen)
