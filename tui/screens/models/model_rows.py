"""Format models for the list, the lines below it, and the details."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from tui.commands import key_hint, key_of
from tui.core.models.days import days_left
from tui.core.models.detail import detail_lines
from tui.core.models.states import ModelState
from tui.core.provider.files import age_words
from tui.core.provider.records import short_name
from tui.core.text.moments import date_words, day_of
from tui.core.text.text import one_line, plural, visible
from tui.screens.not_offered import jobs_unknown, no_tuning, wrapped
from tui.services.errors import NotOffered

if TYPE_CHECKING:
    from datetime import date

    from tui.core.models.entry import ModelEntry
    from tui.services.models.inventory import InventorySeen


def none_yet() -> str:
    """Return what is said, with the keys in use."""
    return (
        f"No fine-tuned models yet. Press {key_of('app.mode_jobs')}, then "
        f"{key_of('jobs.new')}, to make one."
    )


def no_match() -> str:
    """Return what is said, with the keys in use."""
    return f"No model fits the filter. {key_hint('app.escape', 'shows')} all again."


WIDE = 110  # columns from which job and deployments have room in the list
SOON_DAYS = 60  # a shutdown within these days is shown in colour
_STATE, _BASE, _AGE, _ENDS, _JOB, _CHATTED = 13, 14, 6, 12, 14, 8
_COLOURS = {
    ModelState.LIVE: "green",
    ModelState.NOT_READY: "yellow",
    ModelState.DEPLOYED: "bold cyan",
    ModelState.DELETED_HERE: "dim red",
    ModelState.DELETED_ELSEWHERE: "dim red",
    ModelState.RETIRED: "dim",
    ModelState.HIDDEN: "dim yellow",
    ModelState.UNKNOWN: "dim yellow",
}


def none_words(seen: InventorySeen, profile: str, *, everything: bool) -> str:
    """Return what a list without models says: why, and what to do."""
    if everything or seen.problem is not None:
        return wrapped(
            f"{profile} lists no models.",
            f"Chat ({key_of('app.mode_chat')}) asks any model: {key_of('chat.model')}, then type "
            "its id.",
        )
    if isinstance(seen.jobs_problem, NotOffered):
        way = (
            f"{key_hint('models.all', 'lists')} its models, "
            f"{key_hint('app.mode_chat', 'chats')} with them, "
            f"{key_hint('app.profile', 'chooses')} another profile."
        )
        return wrapped(no_tuning(profile), way)
    if unknown := jobs_unknown(profile, seen.jobs_problem):
        return (
            "No fine-tuned models are "
            f"listed.\n{unknown}\n{key_hint('models.all', 'lists')} all models."
        )
    return none_yet()


def state_text(state: ModelState) -> Text:
    """Return a state as glyph and word, in its colour."""
    return Text(f"{state.mark} {state.short}", style=_COLOURS[state])


def head_row(width: int) -> Text:
    """Return the columns' names for a list of this width."""
    text = f"  {cell('state', _STATE)} {cell('model', _id_width(width))} {cell('base', _BASE)}"
    text += f" {'age':>{_AGE}} {cell('ends', _ENDS)}"
    if width >= WIDE:
        text += f" {cell('chatted', _CHATTED)} {cell('job', _JOB)} serves"
    return Text(text, style="bold", no_wrap=True, overflow="crop")


def model_row(model: ModelEntry, *, marked: bool, width: int) -> Text:
    """Return one line of the list."""
    now = time.time()
    dim = "dim" if model.state.gone or not model.own else ""
    text = Text.assemble(("✓ " if marked else "  ", "bold"))
    text.append_text(_padded(state_text(model.state), _STATE))
    name = model.id if cell_len(model.id) <= _id_width(width) else list_name(model)
    text.append(f" {cell(name, _id_width(width))}", style="bold" if marked else dim)
    text.append(f" {cell(short_name(model.base), _BASE)}", style="dim")
    text.append(f" {_age(model.created, now):>{_AGE}} ", style="dim")
    text.append_text(_padded(_end(model, day_of(now)), _ENDS))
    if width >= WIDE:
        text.append(f" {cell(_age(model.usage.last_chatted, now), _CHATTED)}", style="dim")
        text.append(f" {cell(model.job or '–', _JOB)}", style="dim")
        text.append(f" {one_line(_serves(model), 40)}")
    return text


def list_name(model: ModelEntry) -> str:
    """Return a model's name for a narrow column: what tells it from others of its base."""
    parts = model.id.split(":")
    if len(parts) > 4 and parts[0] == "ft":
        return ":".join(parts[3:] if parts[3] else parts[2:])
    return short_name(model.id)


def about(model: ModelEntry, width: int) -> Text:
    """Return the three lines below the list: what matters most of the model under the cursor."""
    text = Text(one_line(model.id, width), style="bold", no_wrap=True, overflow="ellipsis")
    state = [model.state_words]
    if model.deleted_at is not None:
        state.append(date_words(model.deleted_at))
    if not model.deleted:
        state.append(f"shutdown {model.shutdown.words}")
    parts = [f"base {one_line(model.base, 30)}"]
    if model.serving and not model.state.gone:
        said = (
            f"needs a deployment: {key_hint('lists.choose', 'says')} how"
            if model.needs
            else model.serving
        )
        parts.insert(0, one_line(said, 400))
    if model.takes_jobs is not None:
        parts.append(model.takes_jobs.line(day_of(time.time())))
    if model.own:
        parts.append(f"job {model.job or 'unknown'}")
    if model.training_file is not None and model.training_file.paths:
        parts.append(f"data {model.training_file.paths[0].rpartition('/')[2]}")
    if model.usage.won:
        parts.append(f"won {plural(model.usage.won, 'comparison')}")
    for line in (state, parts):
        text.append(f"\n{one_line(' · '.join(line), width)}", style="dim not bold")
    return text


def full_text(model: ModelEntry) -> str:
    """Return every field known here, then the model as the provider sent it."""
    lines = [f"{name:<10} {value}" for name, value in detail_lines(model, day_of(time.time()))]
    if model.raw:
        lines += ["", json.dumps(dict(model.raw), indent=2, ensure_ascii=False)]
    return visible("\n".join(lines))


def _end(model: ModelEntry, today: date) -> Text:
    if model.still_listed:
        return Text("still listed", style="bold red")
    if model.deleted_at is not None:
        return Text(date_words(model.deleted_at)[:10], style="dim")
    left = days_left(model.shutdown, today)
    near = left is not None and left <= SOON_DAYS and not model.state.gone
    # Some servers tell a day that is not one: it is text like any other.
    said = one_line(model.left_words(today), _ENDS)
    return Text(said, style="yellow" if near else "dim")


def _serves(model: ModelEntry) -> str:
    if not model.deployments:
        return "–"
    return ", ".join(one.chat_name or one.id for one in model.deployments)


def _age(at: int | None, now: float) -> str:
    return age_words(None if at is None else max(now - at, 0.0))


def _padded(text: Text, width: int) -> Text:
    text.truncate(width, pad=True)
    return text


def _id_width(width: int) -> int:
    rest = _STATE + _BASE + _AGE + _ENDS + 7
    if width >= WIDE:
        rest += _CHATTED + _JOB + 2 + 14
    return max(width - rest, 10)


def cell(text: str, width: int) -> str:
    """Return a text as a cell of this many columns; what is cut off is shown by …."""
    text = one_line(text, 200)
    cut = set_cell_size(text, width)
    return cut if cut.rstrip() == text else set_cell_size(text, width - 1) + "…"
