"""The question before deployments are stopped, scaled or deleted: its text, and what is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.money.hourly import price_words, running_cost
from tui.core.provider.deletion import confirmation_word
from tui.core.provider.deployments import Act
from tui.core.text.moments import date_words
from tui.core.text.text import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.core.provider.deployments import Deployment

_SHOWN = 8
_TYPED = 40  # letters that may have to be typed
_BEFORE = {
    Act.STOP: "will stop {}",
    Act.SCALE: "will scale {} to zero",
    Act.DELETE: "will delete {} for good",
}


def word_for(chosen: Sequence[Deployment], act: Act) -> str:
    """Return what has to be typed: for one its name, for several what and how many."""
    name = chosen[0].title
    if len(name) > _TYPED:  # as little of the end as is a name
        name = name.rpartition("/")[2]
    return confirmation_word(act, len(chosen), [name], _TYPED)


def statement(
    chosen: Sequence[Deployment],
    act: Act,
    profiles: Iterable[str],
    everything: Iterable[Deployment],
) -> str:
    """Return what will happen, exactly; `everything` is what is deployed beside it."""
    names = ", ".join(dict.fromkeys(profiles))
    count = plural(len(chosen), "deployment")
    lines = [f"Profile {names} {_BEFORE[act].format(count)}:", ""]
    lines += [f"  {one_line(line_of(one), 200)}" for one in chosen[:_SHOWN]]
    if len(chosen) > _SHOWN:
        lines.append(f"  … and {len(chosen) - _SHOWN} more")
    if len(chosen) == 1:
        one = chosen[0]
        lines.append(
            f"  made {date_words(one.created_at)}; chats call it {one_line(one.chat_name, 100)}"
        )
    lines.append("")
    lines += [*filter(None, (cost_words(chosen, act), _loaded(chosen, everything)))]
    return "\n".join([*lines, _AFTER[act]])


_AFTER = {
    Act.STOP: "Nobody is answered there until it is started again, which is done at the provider.",
    Act.SCALE: "Nobody is answered there until it is scaled up again, by a request or at the"
    " provider, as it is set up.",
    Act.DELETE: "Nobody is answered there any more. This cannot be undone; the model itself stays,"
    " and can be deployed anew.",
}


def line_of(one: Deployment) -> str:
    """Return one in a line: its name, model, state, and what it costs."""
    price = "" if one.within else f"{price_words(one)}"
    price = f"{price} an hour" if price == "unknown" else price
    parts = (one.title, one.model, one.state, one.hardware, price)
    return " · ".join(part for part in parts if part and part != "–")


def cost_words(chosen: Sequence[Deployment], act: Act) -> str:
    """Return what ends, as a sentence; empty where nothing that is chosen costs by the hour."""
    cost = running_cost(chosen)
    if not cost.count:
        return ""
    then = "then nothing" if act is not Act.DELETE else "nothing after that"
    if cost.unknown == cost.count:
        return f"What it costs an hour is not known; {then}."
    month = cost.in_words(24 * 30)
    rest = f", beside {cost.unknown} of unknown price" if cost.unknown else ""
    return f"It costs {cost.in_words()} an hour now ({month} in 30 days){rest}; {then}."


def _loaded(chosen: Sequence[Deployment], everything: Iterable[Deployment]) -> str:
    """Return which models are loaded on what is chosen, and are not chosen themselves."""
    ids = {one.id for one in chosen}
    found = [one for one in everything if one.within in ids and one.id not in ids]
    if not found:
        return ""
    names = ", ".join(one_line(one.model.rpartition("/")[2] or one.title, 40) for one in found[:4])
    more = f" and {len(found) - 4} more" if len(found) > 4 else ""
    return f"{plural(len(found), 'model')} loaded on it: {names}{more}."


def in_order(chosen: Sequence[Deployment], act: Act) -> list[Deployment]:
    """Return deployments as they are to be asked for: models before what they are loaded on."""
    if act is not Act.DELETE:
        return [*chosen]
    return sorted(chosen, key=lambda one: not one.within)


def facts_of(one: Deployment) -> Mapping[str, Any]:
    """Return what the ledger keeps of one that is acted on, as JSON values."""
    usd = one.price.usd if one.price else None
    return {
        "name": one.title,
        "model": one.model,
        "chat_name": one.chat_name,
        "state": one.state,
        "on": one.hardware,
        "units": one.units,
        "created": one.created_at,
        "within": one.within,
        "usd_per_hour": None if usd is None else str(usd),
    }
