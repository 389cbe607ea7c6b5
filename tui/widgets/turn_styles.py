"""What pieces of a message look like: by colour, and by more than colour."""

from __future__ import annotations

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
