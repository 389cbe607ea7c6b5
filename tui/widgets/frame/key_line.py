"""The last line: the keys that work now, as many as fit, those used most first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from tui.core.text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from textual import events
    from textual.screen import Screen

_GAP = 2  # cells between two keys: without colors, what belongs together still shows


@dataclass(frozen=True, slots=True)
class Key:
    """A key and the word behind it; `press` is its name at Textual, `hint` what it does."""

    label: str
    word: str
    press: str
    hint: str = ""

    @property
    def width(self) -> int:
        """How many cells it takes."""
        return cell_len(self.label) + 1 + cell_len(self.word)


class KeyLine(Widget):
    """The keys that can be given now; the `last` ones stand at the right end, whatever goes.

    `order` gives the rank of each command by its id, for the id of the widget in focus; others are
    not shown, and neither are those of `idle`, which find nothing to do now. What that widget
    brings goes before all else. Nothing is painted while the keys stay the same.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key"}
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom; height: 1; padding: 0 1;
        color: $footer-foreground; background: $footer-background;
        & > .key-line--key {
            color: $footer-key-foreground; background: $footer-key-background; text-style: bold;
        }
    }
    """

    def __init__(
        self,
        order: Callable[[str], Mapping[str, int]],
        last: Sequence[str],
        idle: Callable[[], Collection[str]],
    ) -> None:
        super().__init__()
        self._order, self._last, self._idle = order, last, idle
        self._left_out: frozenset[str] = frozenset()
        self._keys: tuple[tuple[Key, ...], tuple[Key, ...]] = ((), ())

    def on_mount(self) -> None:
        """Follow what can be given."""
        self.screen.bindings_updated_signal.subscribe(self, self.bindings_changed)

    def on_unmount(self) -> None:
        """Follow it no longer."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Show the keys that work now."""
        if not (self.is_attached and screen is self.screen and self.app.app_focus):
            return
        keys = self._working(screen)
        if keys == self._keys:
            return
        before, self._keys = self._placed(), keys
        if self._placed() != before:
            self.refresh()

    def look_idle(self) -> None:
        """Look again what finds nothing to do."""
        if frozenset(self._idle()) != self._left_out:
            self.bindings_changed(self.screen)

    def _working(self, screen: Screen[object]) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
        """Return the keys that work, in order of use, and those that stand last."""
        order = self._order((screen.focused and screen.focused.id) or "")
        self._left_out = idle = frozenset(self._idle())
        found: dict[str, tuple[bool, Key]] = {}
        for node, binding, enabled, _ in screen.active_bindings.values():
            name = binding.id or ""
            shown = name in self._last or (name in order and name not in idle)
            if enabled and shown and name not in found:
                label = one_line(self.app.get_key_display(binding))
                key = Key(label, one_line(binding.description), binding.key, binding.tooltip)
                found[name] = (node is screen or node is self.app, key)
        ranked = sorted(
            (name for name in found if name not in self._last),
            key=lambda name: (found[name][0], order[name]),
        )
        last = tuple(found[name][1] for name in self._last if name in found)
        return tuple(found[name][1] for name in ranked), last

    def _placed(self) -> list[tuple[int, Key]]:
        """Return the keys there is room for, each with the column it begins at."""
        width, (keys, last) = self.content_size.width, self._keys
        end = width - sum(key.width for key in last) - _GAP * (len(last) - 1)
        placed = [*_in_a_row(keys, 0, end - _GAP if last else end)]
        return [*placed, *_in_a_row(last, max(end, 0), width)]

    def render(self) -> Text:
        """Draw the line for the present width."""
        style = self.get_component_rich_style("key-line--key")
        text = Text(no_wrap=True, overflow="crop")
        for start, key in self._placed():
            text.append(" " * (start - text.cell_len))
            text.append(key.label, style)
            text.append(f" {key.word}")
        return text

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say in full what the key under the pointer does."""
        key = self._key_at(event)
        hint = key.hint if key is not None else None
        if hint != self.tooltip:
            self.tooltip = hint or None

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        if (key := self._key_at(event)) is not None:
            self.app.simulate_key(key.press)

    def _key_at(self, event: events.MouseEvent) -> Key | None:
        offset = event.get_content_offset(self)
        if offset is None:
            return None
        placed = self._placed()
        return next((key for at, key in placed if at <= offset.x < at + key.width), None)


def _in_a_row(keys: Iterable[Key], start: int, end: int) -> Iterable[tuple[int, Key]]:
    """Yield each key that fits before `end` with the column it begins at; none is cut."""
    for key in keys:
        if start + key.width <= end:
            yield start, key
            start += key.width + _GAP


def look_idle(screen: Screen[Any]) -> None:
    """Have the key line of a screen show again what there is to do, where that has changed."""
    if (line := screen.query_one_optional(KeyLine)) is not None:
        line.look_idle()
