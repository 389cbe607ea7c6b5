"""Which commands can be given at the same time: where two of them may not have the same key."""

from __future__ import annotations

from dataclasses import dataclass

from tui.commands.places import PLACES

# What the widgets of each mode bring, the fields of text among them.
_IN_MODES = {
    "datasets": ("lists", "messages", "sides", "focus", "filter"),
    "tokens": ("lists", "bars", "focus"),
    "jobs": ("lists", "focus"),
    "chat": ("messages", "focus", "prompt"),
    "models": ("lists", "focus", "filter"),
    "files": ("lists", "focus"),
    "compare": ("lists", "messages", "focus", "prompt"),
}
# What a dialog has in common with others.
SHARED = {
    **dict.fromkeys(("before_after", "call"), ("focus",)),
    **dict.fromkeys(("bulk", "job_form", "profile_form", "rows", "split"), ("form", "fields")),
    **dict.fromkeys(("compare_run", "parameters"), ("form", "focus")),
    **dict.fromkeys(
        (
            *("all_jobs", "all_models", "chats", "choose", "keep_best", "keys", "path"),
            *("profiles", "prune", "prune_models"),
        ),
        ("picker",),
    ),
    **dict.fromkeys(
        ("details", "help", "move_report", "pieces", "prices", "too_long"), ("scrolling",)
    ),
    "diff": ("lists", "focus"),
    "earlier_runs": ("choose", "picker"),
    "log": ("lists",),
    "editor": ("text",),
    "lineage": ("lists",),
    "typed": ("form", "fields", "statement"),
    **dict.fromkeys(("amount", "epochs", "prompts"), ("statement",)),
}
# Dialogs with a list that has the focus.
_WITH_LISTS = frozenset({"changes", "columns", "frequency", "near", "running"})
# Where a field of text has the focus, most of the time.
TEXT = frozenset(
    {
        *("all_jobs", "all_models", "amount", "bulk", "call", "chats", "choose", "compare_run"),
        *(
            "earlier_runs",
            "editor",
            "epochs",
            "filter",
            "form",
            "job_form",
            "keep_best",
            "key",
            "keys",
            "line",
        ),
        *("parameters", "path", "picker", "profile_form", "profiles", "prompt", "prompts"),
        *("prune", "prune_models", "rows", "split", "text", "typed"),
    }
)
# Keys by which a text is edited: what a command takes first is missing there.
EDITING = frozenset(
    {
        *("left", "right", "home", "end", "backspace", "delete"),
        *(f"ctrl+{letter}" for letter in "acdefkuvwxyz"),
    }
)
WITH_FIELDS = frozenset({*TEXT, "app", *(m for m, w in _IN_MODES.items() if {*w} & TEXT)})


# Only one of these has the focus.
_WIDGETS = {
    "lists": 0, "messages": 1, "sides": 1, "bars": 2, "fields": 3, "fold": 4, "scrolling": 5,
    "text": 6, "filter": 7, "prompt": 8,
}  # fmt: skip


def never_together(first: str, second: str) -> bool:
    """Whether two places are of widgets that never have the focus both."""
    return first in _WIDGETS and second in _WIDGETS and _WIDGETS[first] != _WIDGETS[second]


@dataclass(frozen=True, slots=True)
class Context:
    """Places whose commands can be given at the same time, under the title of the first."""

    title: str
    places: frozenset[str]
    in_dialog: bool  # only those commands of the app count that hold in dialogs


def contexts() -> tuple[Context, ...]:
    """Return all contexts: one a mode, one a dialog."""
    made = [
        Context(PLACES[mode].title, frozenset({mode, "app", *widgets}), in_dialog=False)
        for mode, widgets in _IN_MODES.items()
    ]
    among = {*_IN_MODES, "app", *(one for widgets in _IN_MODES.values() for one in widgets)}
    among |= {one for shared in SHARED.values() for one in shared} | {"fold", "dialog"}
    for where, place in PLACES.items():
        if where not in among:
            shared = (*SHARED.get(where, ()), *(("lists",) if where in _WITH_LISTS else ()))
            inside = frozenset({where, "app", "dialog", *shared})
            made.append(Context(place.title, inside, in_dialog=True))
    return tuple(made)
