"""Format models for the list, the lines below it, and the details."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.cells import set_cell_size
from rich.text import Text

from tui.core.provider.records import short_name
from tui.core.text.moments import date_words
from tui.core.text.text import one_line, visible
from tui.screens.not_offered import jobs_unknown, no_tuning, wrapped
from tui.services.errors import NotOffered

if TYPE_CHECKING:
    from tui.services.models.service import ModelsSeen, TunedModel

NONE_YET = "No fine-tuned models yet. Press 3, then n, to make one."
WIDE = 110  # columns from which base, suffix and shutdown have room in the list
_DATE = 16


def none_words(seen: ModelsSeen, profile: str, *, everything: bool) -> str:
    """Return what a list without models says: why, and what to do."""
    if everything or seen.problem is not None:
        return wrapped(
            f"{profile} lists no models.", "Chat (4) asks any model: m, then type its id."
        )
    if isinstance(seen.jobs_problem, NotOffered):
        way = "t lists its models, 4 chats with them, F2 chooses another profile."
        return wrapped(no_tuning(profile), way)
    if unknown := jobs_unknown(profile, seen.jobs_problem):
        return f"No fine-tuned models are listed.\n{unknown}\nt lists all models."
    return NONE_YET


def head_row(width: int) -> Text:
    """Return the columns' names for a list of this width."""
    job = _job_width(width)
    text = f"  {_cell('model', _id_width(width))} {_cell('created', _DATE)} {_cell('job', job)}"
    if width >= WIDE:
        text += f" {_cell('base', 14)} {_cell('suffix', 12)} shutdown"
    return Text(text, style="bold", no_wrap=True, overflow="crop")


def model_row(model: TunedModel, *, marked: bool, width: int) -> Text:
    """Return one line of the list."""
    text = Text("✓ " if marked else "  ", style="bold")
    text.append(_cell(short_name(model.id), _id_width(width)), style="bold" if marked else "")
    text.append(f" {_cell(date_words(model.created), _DATE)}", style="dim")
    text.append(f" {_cell(model.job_id or '–', _job_width(width))}", style="dim")
    if width >= WIDE:
        text.append(f" {_cell(short_name(model.base), 14)} {_cell(model.suffix or '–', 12)}")
        text.append(f" {model.shutdown.day or '–'}", style="dim")
    return text


def about(model: TunedModel, width: int) -> Text:
    """Return the two lines below the list: all that is known of the model under the cursor."""
    text = Text(one_line(model.id, width), style="bold", no_wrap=True, overflow="ellipsis")
    text.append(f"  suffix {one_line(model.suffix, 30) or '–'}", style="dim")
    parts = [f"base {one_line(model.base, 30)}"]
    if model.serving:
        said = "needs a deployment: enter says how" if model.needs else model.serving
        parts.insert(0, one_line(said, 400))
    parts.append(f"shutdown {model.shutdown.words}")
    if model.info.is_tuned or model.job_id:
        parts.append(f"job {model.job_id or 'unknown'}")
    text.append(f"\n{one_line(' · '.join(parts), width)}", style="dim")
    return text


def full_text(model: TunedModel) -> str:
    """Return every field, as the provider sent it."""
    known: dict[str, Any] = {
        "base": model.base,
        "suffix": model.suffix or None,
        "job": model.job_id,
        "created": date_words(model.created),
        "shutdown": model.shutdown.words,
        **({"to ask it": model.serving} if model.serving else {}),
    }
    lines = [f"{name:<10}{'–' if value is None else value}" for name, value in known.items()]
    raw = json.dumps(dict(model.info.raw), indent=2, ensure_ascii=False)
    return visible("\n".join([*lines, "", "As the provider sent it:", raw]))


def _cell(text: str, width: int) -> str:
    return set_cell_size(one_line(text, width), width)


def _id_width(width: int) -> int:
    taken = 2 + 1 + _DATE + 1 + _job_width(width)
    if width >= WIDE:
        taken += 1 + 14 + 1 + 12 + 1 + 10
    return max(width - taken, 12)


def _job_width(width: int) -> int:
    return 20 if width >= 90 else 14
