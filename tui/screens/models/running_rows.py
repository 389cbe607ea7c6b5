"""Format what runs for the list, the lines below it, and the details."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from rich.text import Text

from tui.core.money.hourly import price_words, so_far_words
from tui.core.provider.deployment_words import facts_of
from tui.core.provider.files import age_words
from tui.core.provider.records import short_name
from tui.core.text.moments import date_words
from tui.core.text.text import one_line, visible

if TYPE_CHECKING:
    from tui.core.provider.deployments import Deployment

WIDE = 100  # columns from which the model has a column of its own
_PROFILE, _STATE, _AGE, _PRICE, _COST = 8, 11, 6, 11, 11


def head_row(width: int, *, profiles: bool) -> Text:
    """Return the columns' names for a list of this width."""
    names = ("name", "state", f"{'age':>{_AGE}}", f"{'an hour':>{_PRICE}}", f"{'so far':>{_COST}}")
    text = Text(no_wrap=True, overflow="crop", style="bold")
    text.append(_line(names, "profile", "model", width, profiles=profiles))
    return text


def running_row(
    one: Deployment, profile: str, now: float, width: int, *, marked: bool, profiles: bool
) -> Text:
    """Return one line of the list."""
    age = None if one.created_at is None else max(now - one.created_at, 0.0)
    name = f"└ {one.title}" if one.within else one.title
    cells = (
        name,
        one.state or "–",
        f"{age_words(age):>{_AGE}}",
        f"{price_words(one):>{_PRICE}}",
        f"{so_far_words(one, now):>{_COST}}",
    )
    line = _line(cells, profile, short_name(one.model) or "–", width, profiles=profiles)
    text = Text.assemble(("✓ " if marked else "  ", "bold" if one.hourly else "dim"), no_wrap=True)
    return text.append(line[2:])


def _line(
    cells: tuple[str, ...], profile: str, model: str, width: int, *, profiles: bool
) -> str:  # fmt: skip
    name, state, *rest = cells
    taken = 2 + 1 + _STATE + sum(1 + size for size in (_AGE, _PRICE, _COST))
    taken += 1 + _PROFILE if profiles else 0
    room = max(width - taken, 12)
    wide = width >= WIDE
    line = "  " + (f"{_cell(profile, _PROFILE)} " if profiles else "")
    line += _cell(name, room // 2 if wide else room)
    line += f" {_cell(state, _STATE)} {' '.join(rest)}"
    return f"{line} {_cell(model, room - room // 2 - 1)}" if wide else line


def _cell(text: str, width: int) -> str:
    return set_cell_size(one_line(text, width), width)


def about(one: Deployment, now: float, width: int) -> Text:
    """Return the lines below the list: what is known of the one under the cursor."""
    title = one_line(f"{one.title}  {one.model}", width)
    text = Text(title, style="bold", no_wrap=True, overflow="ellipsis")
    made = f"made {date_words(one.created_at)}" if one.created_at else "its age is not told"
    last = date_words(one.last_request) if one.last_request else "not told"
    hardware = f"{one.units} × {one.hardware}" if (one.units or 1) > 1 else one.hardware
    called = f"chat with {one.chat_name}"
    facts = [one.running_words, called, made, hardware, f"last request {last}"]
    if one.within:
        facts.insert(1, f"within {one.within.rpartition('/')[2]}")
    text.append(f"\n{one_line(' · '.join(filter(None, facts)), width)}", style="dim not bold")
    text.append(f"\n{one_line(_costs(one, now), width)}", style="dim not bold")
    return text


def _costs(one: Deployment, now: float) -> str:
    """Return what it costs and why, in one line."""
    if one.within:
        return one.cost
    note = one.price.rate.note if one.price else ""
    if one.by_token:
        return "Billed by tokens, not by the hour."
    price = one.price.words if one.price else "Its price an hour is unknown."
    so_far = so_far_words(one, now)
    spent = f"so far {so_far}" if so_far not in {"–", "unknown"} else ""
    return " · ".join(filter(None, (price, spent, note, one.cost)))


def full_text(one: Deployment, profile: str, now: float) -> str:
    """Return all that is known of one."""
    known = {
        "id": one.id,
        "profile": profile,
        "state": one.state or None,
        "answers": {True: "yes", False: "no", None: "not known"}[one.ready],
        "hardware": one.hardware or None,
        "made": date_words(one.created_at),
        "last asked": date_words(one.last_request) if one.last_request else "not told",
        "cost": _costs(one, now),
        "can be": ", ".join(act.done for act in sorted(one.acts)) or "nothing",
    }
    lines = [f"{name:<11}{'–' if value is None else value}" for name, value in known.items()]
    kept = json.dumps(facts_of(one), indent=2, ensure_ascii=False)
    return visible("\n".join([*lines, "", "As it is kept when something is done to it:", kept]))
