"""What an endpoint was found to offer, asked with reads only, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tui.core.catalog.abilities import OFFERS, WORDS, Ability
from tui.core.provider.files import age_words
from tui.core.provider.parsing import as_map, as_text, as_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui.core.catalog.abilities import Offer


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One thing that was asked for: `asked` is the request, `told` what came."""

    ability: Ability
    offer: Offer
    asked: str
    told: str

    @property
    def words(self) -> str:
        """What it means."""
        what = WORDS[self.ability]
        return {
            "yes": f"{what}: offered",
            "no": f"{what}: not offered here",
            "unknown": f"{what}: not known",
        }[self.offer]


@dataclass(frozen=True, slots=True)
class Probe:
    """All that was asked of an address, and when (Unix seconds)."""

    address: str
    at: int
    found: tuple[ProbeResult, ...]

    @property
    def offers(self) -> Mapping[Ability, Offer]:
        """What is offered, by what the endpoint said."""
        return {one.ability: one.offer for one in self.found}

    @property
    def reached(self) -> bool:
        """Whether anything answered at all."""
        return any(not one.told.startswith((NO_ANSWER, NOT_ASKED)) for one in self.found)

    @property
    def asked(self) -> bool:
        """Whether a request was made at all."""
        return any(not one.told.startswith(NOT_ASKED) for one in self.found)

    @property
    def verdict(self) -> Verdict:
        """What the answers say of the address as a whole: a list is a list of the protocol."""
        told = [one.told for one in self.found]
        if not self.asked:
            return "not asked"
        if not self.reached:
            return "no answer"
        if any(one.offer == "yes" for one in self.found):
            return "answers"
        for verdict, fits in _ALIKE.items():
            if all(map(fits, told)):
                return verdict
        return "errors"

    def age(self, now: float) -> str:
        """How long ago it was asked, in words."""
        age = age_words(max(0.0, now - self.at))
        return NOW if age == "now" else f"asked {age} ago"

    def to_json(self) -> list[dict[str, Any]]:
        """Return it as the ledger keeps it."""
        return [
            {"ability": str(one.ability), "offer": one.offer, "asked": one.asked,
             "told": one.told, "address": self.address}
            for one in self.found
        ]  # fmt: skip


NOW = "asked just now"
NO_ANSWER = "no answer: "
NOT_ASKED = "not asked: "
WEB_PAGE = "a web page"
Verdict = Literal[
    "answers", "no answer", "not asked", "key refused", "redirects", "web pages", "absent", "errors"
]
# What answers of one kind alone mean. A web page with 404 may come from a server without lists.
_ALIKE: dict[Verdict, Callable[[str], bool]] = {
    "key refused": lambda told: told.startswith("401"),
    "redirects": lambda told: told.startswith("3"),
    "web pages": lambda told: told.startswith(WEB_PAGE),
    "absent": lambda told: told.startswith(("404", "405", "501", WEB_PAGE)),
}


def parse_probe(items: Sequence[object], at: object, address: str) -> Probe | None:
    """Return what the ledger has kept, None where that was another address or is damaged."""
    found: list[ProbeResult] = []
    for item in items:
        raw = as_map(item)
        offer = next((one for one in OFFERS if one == raw.get("offer")), None)
        if raw.get("address") != address or offer is None or raw.get("ability") not in WORDS:
            return None
        asked, told = as_text(raw.get("asked")) or "", as_text(raw.get("told")) or ""
        found.append(ProbeResult(Ability(raw["ability"]), offer, asked, told))
    when = as_time(at)
    return Probe(address, when, tuple(found)) if found and when else None
