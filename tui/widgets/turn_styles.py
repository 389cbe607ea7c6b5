"""What pieces of a message look like: by colour, and by more than colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.widgets.markdown.spans import (
    BOLD,
    CHOSEN,
    CODE,
    COMMENT,
    DOUBTFUL,
    GROUND,
    HEADING,
    ITALIC,
    KEYWORD,
    LINK,
    MARK,
    MUTED,
    NUMBER,
    STRIKE,
    STRING,
    UNSURE,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.widgets.markdown.spans import Line

# The flags of a span, and the component class ("conversation--…") that gives them a colour. What
# stands later counts more.
PARTS = (
    (GROUND, "code"),
    (CODE, "inline"),
    (HEADING, "heading"),
    (LINK, "link"),
    (KEYWORD, "keyword"),
    (STRING, "string"),
    (NUMBER, "number"),
    (COMMENT, "dim"),
    (MUTED, "dim"),
    (UNSURE, "unsure"),
    (DOUBTFUL, "doubtful"),
)
COMPONENTS = {"system", "user", "assistant", "other", "cursor", *(name for _, name in PARTS)}
DECORATIONS = (
    (BOLD, Style(bold=True)),
    (ITALIC, Style(italic=True)),
    (STRIKE, Style(strike=True)),
    (LINK, Style(underline=True)),
    (KEYWORD, Style(bold=True)),
    (MARK, Style(bold=True, underline=True)),
    (UNSURE, Style(underline=True)),
    (DOUBTFUL, Style(bold=True, underline=True)),
    (CHOSEN, Style(reverse=True)),
)

CSS = """
Conversation {
    padding: 0 1 0 0;
    & > .conversation--system { color: $text-warning; }
    & > .conversation--user { color: $text-accent; }
    & > .conversation--assistant { color: $text-success; }
    & > .conversation--other { color: $text-secondary; }
    & > .conversation--dim { color: $text-muted; }
    & > .conversation--heading { color: $text-secondary; }
    & > .conversation--link { color: $text-accent; }
    & > .conversation--code { background: $panel; }
    & > .conversation--inline { color: $text-secondary; background: $panel; }
    & > .conversation--keyword { color: $text-secondary; }
    & > .conversation--string { color: $text-success; }
    & > .conversation--number { color: $text-warning; }
    & > .conversation--unsure { color: $text-warning; }
    & > .conversation--doubtful { color: $text-error; }
    & > .conversation--cursor { background: $surface-lighten-1; }
    &:focus > .conversation--cursor { background: $primary-muted; }
}
"""


class TurnStyles:
    """Styles of pieces of text by their flags, remembered while lines are drawn together."""

    def __init__(self, part: Callable[[str], Style]) -> None:
        """`part` looks up the style of a component."""
        self._part = part
        self._known: dict[tuple[int, bool, Style], Style] = {}

    def forget(self) -> None:
        """Look them up again: the focus or the theme may be another one."""
        self._known.clear()

    def segments(self, line: Line, width: int, base: Style, *, under: bool) -> list[Segment]:
        """Return a line as it is drawn, filled up to a width where it has a ground of its own."""
        spans = line.spans
        if line.fill:
            blank = max(width - sum(cell_len(text) for text, _ in spans), 0)
            spans = (*spans, (" " * blank, line.fill))
        return [Segment(text, self.of(flags, base, under=under)) for text, flags in spans]

    def of(self, flags: int, base: Style, *, under: bool) -> Style:
        """Return the style of a piece; `under` the cursor it stands on the cursor's ground."""
        key = (flags, under, base)
        found = self._known.get(key)
        if found is None:
            found = base
            if under:  # what has a ground of its own keeps it
                found += self._part("cursor")
            for flag, name in PARTS:
                if flags & flag:
                    found += self._part(name)
            for flag, style in DECORATIONS:
                if flags & flag:
                    found += style
            self._known[key] = found
        return found
