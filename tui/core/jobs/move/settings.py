"""Convert hyperparameters: what one provider's setting is at another one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.catalog.training import AUTO, Parameter, Terms, parameter_of
from tui.core.jobs.move.outcome import CarriedPart, Left

if TYPE_CHECKING:
    from collections.abc import Mapping

# Parameters that mean the same under other ids.
_SAME: tuple[tuple[str, ...], ...] = (
    ("batch_size", "batch_samples"),
    ("lora_r", "lora_rank"),
    ("lora_alpha", "lora_alpha_whole"),
    ("beta", "beta_below_half"),
)
_RATE, _MULTIPLIER = "learning_rate", "lr_multiplier"
_LORA = "lora"
_WARMUP = {"warmup_ratio": "warmup_steps", "warmup_steps": "warmup_ratio"}


@dataclass(frozen=True, slots=True)
class Steps:
    """How many steps a job has, for what is told in steps; None where that is not known."""

    total: int | None = None


@dataclass(slots=True)
class Conversion:
    """Hyperparameters on their way from one provider's terms to another's.

    What is in `given` is either carried or left: nothing is dropped without a word.
    """

    here: Terms
    there: Terms
    method: str  # there
    given: Mapping[str, str]
    steps: Steps = field(default_factory=Steps)
    settings: dict[str, str] = field(default_factory=dict)
    carried: list[CarriedPart] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    def run(self) -> None:
        """Convert all that is set; what is left to the provider stays so."""
        for name, text in self.given.items():
            was = text.strip()
            if was.casefold() in {"", AUTO}:
                continue
            if name in {_RATE, _MULTIPLIER}:
                self._rate(name, was)
            elif name == _LORA:
                self._lora(was)
            elif name in _WARMUP:
                self._warmup(name, was)
            else:
                self._same(name, was)

    # -- ways to convert ---------------------------------------------------------------

    def _same(self, name: str, was: str) -> None:
        """Carry a setting that has the same meaning there, under whichever id."""
        group = next((ids for ids in _SAME if name in ids), (name,))
        target = self._offered(name, *group)
        if target is None:
            self._leave(name, was, self._why_not(name))
            return
        now = _whole(was) if target.kind == "whole" else was
        if not self._put(name, was, target, now):
            return
        before = self.here.parameter(name)
        always = before is not None and not before.needs  # it trained nothing else, without a word
        if always and target.needs == _LORA:
            self.settings.setdefault(_LORA, "yes")

    def _rate(self, name: str, was: str) -> None:
        """Carry a learning rate; a multiplier and an absolute rate are known by a default rate."""
        if (target := self._offered(name)) is not None:
            other = name == _MULTIPLIER and self.here.provider != self.there.provider
            how = f"of {self.there.provider}'s own rate" if other else ""
            self._put(name, was, target, was, how)
            return
        target = self._offered(_RATE if name == _MULTIPLIER else _MULTIPLIER)
        value = _number(was)
        if target is None or value is None:
            self._leave(name, was, self._why_not(name))
        elif name == _MULTIPLIER:
            self._to_rate(was, value, target)
        elif self.here.default_rate:
            how = f"over the {self.here.default_rate:g} that {self.here.provider} takes by itself"
            self._put(name, was, target, _number_words(value / self.here.default_rate), how)
        else:
            why = f"{self.there.provider} takes a multiplier of a rate that it does not tell"
            self._leave(name, was, why)

    def _to_rate(self, was: str, value: float, target: Parameter) -> None:
        if self.there.default_rate:
            how = f"of the {self.there.default_rate:g} that {self.there.provider} takes by itself"
            self._put(_MULTIPLIER, was, target, _number_words(value * self.there.default_rate), how)
        else:
            why = f"{self.there.provider} takes an absolute rate, and this is a multiplier of one"
            self._leave(_MULTIPLIER, was, f"{why} that is not told")

    def _lora(self, was: str) -> None:
        """Carry whether LoRA is trained; some providers train nothing else."""
        wants = was.casefold() in {"yes", "true", "on"}
        if (target := self._offered(_LORA)) is not None:
            self._put(_LORA, was, target, was)
        elif self._offered("lora_rank") is not None and wants:
            how = "nothing else is trained there"
            self.carried.append(CarriedPart(_LORA, "LoRA", was, was, "", how))
        elif self._offered("lora_rank") is not None:
            self._leave(_LORA, was, f"{self.there.provider} trains by LoRA alone")
        else:
            self._leave(_LORA, was, f"how it trains is not chosen at {self.there.provider}")

    def _warmup(self, name: str, was: str) -> None:
        """Carry a warm-up: a share of the steps, or a number of them."""
        if (target := self._offered(name)) is not None:
            self._put(name, was, target, was)
            return
        target, total, value = self._offered(_WARMUP[name]), self.steps.total, _number(was)
        if target is None or value is None:
            self._leave(name, was, self._why_not(name))
        elif not total:
            unit = "steps" if name == "warmup_ratio" else "a share of the steps"
            why = f"{self.there.provider} takes {unit}, and how many steps there are is not known"
            self._leave(name, was, why)
        elif name == "warmup_ratio":
            self._put(name, was, target, str(round(value * total)), f"of {total:,} steps")
        else:
            self._put(
                name, was, target, _number_words(min(1.0, value / total)), f"of {total:,} steps"
            )

    # -- inside ------------------------------------------------------------------------

    def _offered(self, *names: str) -> Parameter | None:
        """Return the first of these that is offered there with the method."""
        found = (self.there.parameter(name) for name in names)
        return next((one for one in found if one is not None and one.fits(self.method)), None)

    def _put(self, name: str, was: str, target: Parameter, now: str, how: str = "") -> bool:
        """Carry a value where it may be, else leave it; return whether it was carried."""
        try:
            target.read(now)
        except ValueError as error:
            self._leave(name, was, f"at {self.there.provider}: {str(error).rstrip('.')}")
            return False
        self.settings[target.id] = now
        self.carried.append(CarriedPart(name, self._label(name), was, now, target.id, how))
        return True

    def _leave(self, name: str, was: str, why: str) -> None:
        self.left.append(Left(name, self._label(name), was, why))

    def _label(self, name: str) -> str:
        found = self.here.parameter(name) or parameter_of(name)
        return name if found is None else found.label

    def _why_not(self, name: str) -> str:
        there = self.there.parameter(name)
        if there is not None and not there.fits(self.method):
            return f"it does not go with {self.method}"
        return f"not offered at {self.there.provider}"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _whole(text: str) -> str:
    """Return a whole number as such: 32.0 is 32."""
    value = _number(text)
    return str(int(value)) if value is not None and value.is_integer() else text


def _number_words(value: float) -> str:
    return f"{value:.6g}"
