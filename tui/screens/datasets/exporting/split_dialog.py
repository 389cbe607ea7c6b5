"""The form of a split: how much, by what, and whether earlier splits hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Input, Static

from tui.core.dataset.splitting import PROPERTIES, SplitOptions, size_remark
from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.field import Field, OneOf

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.core.dataset.splitting import Split

_NONE = "nothing"
_STRATA = 6


@dataclass(frozen=True, slots=True)
class SplitForm:
    """The split that was asked for.

    `near` keeps near duplicates in the same file, `fresh` ignores where an earlier split put them.
    """

    wanted: SplitOptions
    near: bool
    fresh: bool


class SplitDialog(Dialog[SplitForm]):
    """Answers with the form once it makes sense."""

    DEFAULT_CSS = """
    SplitDialog .row { height: 1; }
    SplitDialog .row > .label { width: 16; color: $text-muted; }
    """
    WHERE = "split"

    def __init__(self, examples: int) -> None:
        super().__init__(f"Split {plural(examples, 'example')} into training and validation")

    def compose_content(self) -> ComposeResult:
        """Lay out the fields."""
        yield Field("size", "Validation", "10%", "a share or a number")
        yield Field("seed", "Seed", "0", "same seed, same split")
        for name, label, words in (
            ("stratify", "Equal shares of", (_NONE, *PROPERTIES)),
            ("group", "Keep together", ("same prompts", "nearly the same")),
            ("earlier", "Earlier splits", ("hold", "forget")),
        ):
            with Horizontal(classes="row"):
                yield Static(label, classes="label")
                yield OneOf(words, words[0], id=name)
        yield Static("", classes="problem", markup=False)
        yield self.key_hints()

    @handles("split.preview")
    def preview(self) -> None:
        """Answer, or say what is wrong."""
        size, seed = (self.query_one(f"#{name}", Input).value for name in ("size", "seed"))
        stratify = self._word("stratify")
        try:
            number = int(seed.strip() or "0")
            wanted = SplitOptions.parse(size, number, "" if stratify == _NONE else stratify)
        except ValueError as error:
            text = str(error) if "int()" not in str(error) else f"{seed!r} is no whole number"
            self.query_one(".problem", Static).update(text)
            return
        near = self._word("group") == "nearly the same"
        self.dismiss(SplitForm(wanted, near, self._word("earlier") == "forget"))

    def _word(self, name: str) -> str:
        return self.query_one(f"#{name}", OneOf).value


def split_words(made: Split, form: SplitForm) -> str:
    """Return what a split would do, to be asked about before it is written."""
    lines = [
        f"training    {len(made.training):>9,}",
        f"validation  {len(made.validation):>9,}",
        *([f"            {why}."] if (why := size_remark(made, form.wanted)) else ()),
        "",
        f"{plural(made.groups, 'group')}, each whole on one side.",
    ]
    if made.remembered:
        stay = "stays" if made.remembered == 1 else "stay"
        held = f"{plural(made.remembered, 'example')} {stay}"
        lines.append(f"{held} where an earlier split put them.")
    if form.wanted.stratify:
        lines.append(f"\nBy {form.wanted.stratify}, training + validation:")
        lines += [f"{s.training:>7,} + {s.validation:<6,} {s.name}" for s in made.strata[:_STRATA]]
        if len(made.strata) > _STRATA:
            lines.append(f"        and {len(made.strata) - _STRATA:,} more values")
    return "\n".join([*lines, "", "Nothing is written yet. Choose the two files?"])
