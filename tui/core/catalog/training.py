"""What a provider's training endpoint takes: methods, and parameters with their bounds.

Which provider takes what stands in data/providers.toml, the parameters in data/training.toml.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from tui.core.catalog.providers import BUILT_IN, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tui.core.catalog.methods import HyperparameterPlace, Method
    from tui.core.catalog.providers import ProviderEntry

Value = int | float | bool | str
AUTO = "auto"
_SWITCH = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One hyperparameter: what it is called, where it goes, and which values it may have.

    `low` and `high` are included in what is allowed, `above` and `below` are not. `needs` names a
    switch without which it means nothing. With `body` it stands in the request itself.
    """

    id: str
    key: str
    label: str
    kind: Literal["whole", "number", "switch", "word"]
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    words: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    needs: str = ""
    common: bool = False
    remark: str = ""
    body: bool = False

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
        return f"auto, or {self._bounds()}"

    def _bounds(self) -> str:
        if self.above is not None:
            most = "" if self.high is None else f" to {self.high:g}"
            if self.below is not None:
                most = f" and below {self.below:g}"
            return f"above {self.above:g}{most}"
        least = f"{self.low or 0:g}"
        return f"{least} or more" if self.high is None else f"{least} to {self.high:g}"

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
            return next((word for word in self.words if word.casefold() == text), text)
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
            and (self.below is None or value < self.below)
        )

    def _said_bounds(self) -> str:
        if self.above is not None:
            most = f", at most {self.high:g}" if self.high else ""
            return f"above {self.above:g}" + (f" and below {self.below:g}" if self.below else most)
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
    """What one provider takes for training; `place` is where hyperparameters go in a request.

    `always` is what every request holds beside what is chosen. A `suffix_most` of 0 means that
    there are no suffixes, `auto_epochs` is how many epochs there are where none are asked for
    (None where the provider chooses by the data), `seed` is whether one may be given, and jobs by
    the methods in `no_validation` take no validation file. `default_rate` is the absolute learning
    rate where none is asked for, and `least_examples` and `most_examples` are how many a training
    file may have, None where they are not known.
    """

    provider: str
    methods: tuple[Method, ...]
    parameters: tuple[Parameter, ...]
    suffix_most: int = 64
    place: HyperparameterPlace = "method"
    integrations: tuple[str, ...] = ()
    metadata: bool = True
    seed: bool = True
    no_validation: tuple[str, ...] = ()
    auto_epochs: int | None = None
    default_rate: float | None = None
    least_examples: int | None = None
    most_examples: int | None = None
    always: Mapping[str, Any] = field(default_factory=dict)
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
    return terms_of(BUILT_IN.find(kind, base_url), methods)


def terms_of(entry: ProviderEntry, methods: Sequence[Method] = ()) -> Terms:
    """Return what a provider takes; `methods` stand in for those known.

    One that is not known to train is taken to train as any server nobody knows.
    Raises ValueError for a parameter that there is not.
    """
    found = dict(entry.training or BUILT_IN.all()[UNKNOWN].training or {})
    known = _parameters()
    if unknown := [name for name in found["parameters"] if name not in known]:
        raise ValueError(f"unknown parameters: {', '.join(unknown)}")
    found["parameters"] = tuple(known[name] for name in found["parameters"])
    found["methods"] = tuple(methods or found["methods"])
    for name in ("integrations", "no_validation"):
        found[name] = tuple(found.get(name, ()))
    return Terms("other" if entry.id == UNKNOWN else entry.id, **found)


def parameter_of(name: str) -> Parameter | None:
    """Return a parameter by its id, whoever offers it; None where there is none."""
    return _parameters().get(name)


def parameter_ids() -> frozenset[str]:
    """Return the ids of all parameters."""
    return frozenset(_parameters())


@cache
def _parameters() -> dict[str, Parameter]:
    text = resources.files("tui").joinpath("data", "training.toml").read_text("utf-8")
    return {entry["id"]: _parameter(entry) for entry in tomllib.loads(text)["parameters"]}


def _parameter(entry: dict[str, Any]) -> Parameter:
    values = {"key": entry["id"], **entry}
    values["remark"] = values.pop("hint", "")
    for name in ("words", "methods"):
        values[name] = tuple(values.get(name, ()))
    return Parameter(**values)
