"""What a provider's training endpoint takes. Read from data/training.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from tui.core.catalog.providers import provider_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Method = Literal["supervised", "dpo", "reinforcement"]
METHODS: tuple[Method, ...] = ("supervised", "dpo", "reinforcement")
Value = int | float | bool | str
AUTO = "auto"
_SWITCH = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One hyperparameter: what it is called, where it goes, and which values it may have.

    `low` and `high` are included in what is allowed, `above` is not. `needs` names a switch
    without which it means nothing.
    """

    id: str
    key: str
    label: str
    kind: Literal["whole", "number", "switch", "word"]
    low: float | None = None
    high: float | None = None
    above: float | None = None
    words: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    needs: str = ""
    common: bool = False
    remark: str = ""

    def fits(self, method: str) -> bool:
        """Whether it goes with a training method."""
        return not self.methods or method in self.methods

    @property
    def hint(self) -> str:
        """Return what may be typed, in a few words."""
        if self.remark:
            return f"auto, or {self.remark}" if self.kind == "number" else self.remark
        if self.kind == "switch":
            return "auto, yes or no"
        if self.words:
            return f"auto, {', '.join(self.words)}"
        return f"auto, or {self._bounds('to')}"

    def _bounds(self, between: str) -> str:
        if self.above is not None:
            most = "" if self.high is None else f" {between} {self.high:g}"
            return f"above {self.above:g}{most}"
        least = f"{self.low or 0:g}"
        return f"{least} or more" if self.high is None else f"{least} {between} {self.high:g}"

    def read(self, text: str) -> Value | None:
        """Return what was typed, None for auto. Raises ValueError saying what is wrong."""
        text = text.strip().casefold()
        if text in {"", AUTO}:
            return None
        value = self._value(text)
        if problem := self.problem(value):
            raise ValueError(problem)
        return value

    def _value(self, text: str) -> Value:
        if self.kind == "switch":
            if text not in _SWITCH:
                raise ValueError("Type yes, no or auto.")
            return _SWITCH[text]
        if self.kind == "word":
            return text
        try:
            return int(text) if self.kind == "whole" else float(text)
        except ValueError:
            kind = "whole number" if self.kind == "whole" else "number such as 0.5"
            raise ValueError(f"A {kind}, or auto.") from None

    def problem(self, value: object) -> str:
        """Return what is wrong with a value, in one sentence, or an empty text."""
        if self.kind == "switch":
            return "" if isinstance(value, bool) else f"{self.label} is yes or no."
        if self.kind == "word":
            known = ", ".join(self.words)
            return "" if value in self.words else f"{self.label} is one of {known}."
        wanted: tuple[type, ...] = (int,) if self.kind == "whole" else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted):
            return f"{self.label} is a {'whole ' if self.kind == 'whole' else ''}number."
        assert isinstance(value, int | float)
        return "" if self._allows(value) else f"{self.label} must be {self._said_bounds()}."

    def _allows(self, value: float) -> bool:
        return (
            isfinite(value)
            and (self.low is None or value >= self.low)
            and (self.above is None or value > self.above)
            and (self.high is None or value <= self.high)
        )

    def _said_bounds(self) -> str:
        if self.above is not None:
            return f"above {self.above:g}" + (f", at most {self.high:g}" if self.high else "")
        if self.high is None:
            return f"{self.low or 0:g} or more"
        return f"from {self.low or 0:g} to {self.high:g}"

    def typed(self, value: object) -> str:
        """Return a value of a request as it would be typed."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one provider takes for training; `place` is where hyperparameters go in a request."""

    provider: str
    methods: tuple[Method, ...]
    parameters: tuple[Parameter, ...]
    suffix_most: int = 64
    place: Literal["method", "top"] = "method"
    integrations: tuple[str, ...] = ()
    metadata: bool = True
    source: str = ""
    as_of: date | None = None

    def parameter(self, name: str) -> Parameter | None:
        """Return a hyperparameter by its id, None where it is not offered."""
        return next((one for one in self.parameters if one.id == name), None)

    def of(self, method: str) -> tuple[Parameter, ...]:
        """Return the hyperparameters that go with a method."""
        return tuple(one for one in self.parameters if one.fits(method))


def terms(kind: str, base_url: str | None, methods: Sequence[Method] = ()) -> Terms:
    """Return what a provider at this address takes; `methods` stand in for those known."""
    known = _read()
    found = known.get(provider_id(kind, base_url) or "other", known["other"])
    return replace(found, methods=tuple(methods)) if methods else found


@cache
def _read() -> dict[str, Terms]:
    text = resources.files("tui").joinpath("data", "training.toml").read_text("utf-8")
    values = tomllib.loads(text)
    parameters = {entry["id"]: _parameter(entry) for entry in values["parameters"]}
    found = {}
    for entry in values["providers"]:
        name = entry.pop("id")
        taken = tuple(parameters[one] for one in entry.pop("parameters"))
        values = {**entry, "methods": tuple(entry["methods"])}
        values["integrations"] = tuple(entry.get("integrations", ()))
        found[name] = Terms(name, parameters=taken, **values)
    return found


def _parameter(entry: dict[str, Any]) -> Parameter:
    values = {"key": entry["id"], **entry}
    values["remark"] = values.pop("hint", "")
    for name in ("words", "methods"):
        values[name] = tuple(values.get(name, ()))
    return Parameter(**values)
