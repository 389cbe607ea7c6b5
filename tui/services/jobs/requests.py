"""The request for a fine-tuning job, validated before anything is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.catalog.training import Parameter, Terms, Value, terms
from tui.core.jobs.mark import NONCE
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.catalog.methods import Method
    from tui.core.money.terms import Forecast

MAX_SEED = 2_147_483_647
MAX_METADATA = 15  # pairs for the user: 16 are allowed, one is ours
_MAX_KEY, _MAX_VALUE = 64, 512  # characters of a pair
_MAX_TAGS, _MAX_TAG = 50, 64  # how many, and characters of each
_SUFFIX = re.compile(r"[A-Za-z0-9._-]+")


def _usual() -> Terms:
    return terms("compatible", None)


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job to create. Files are ids; `parameters` are hyperparameters by their ids.

    A hyperparameter that is not there is left to the provider. `wandb` are the settings of
    Weights & Biases, none when empty. `grader` is needed for reinforcement only. `forecast`
    and `moved_from`, the model it is to take the place of, are remembered with the job, not sent.
    """

    training_file: str
    model: str
    validation_file: str | None = None
    suffix: str | None = None
    seed: int | None = None
    method: Method = "supervised"
    parameters: Mapping[str, Value] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    wandb: Mapping[str, str | list[str]] = field(default_factory=dict)
    grader: Mapping[str, Any] | None = None
    terms: Terms = field(default_factory=_usual)
    forecast: Forecast | None = None
    moved_from: Mapping[str, str] | None = None

    def problems(self) -> tuple[str, ...]:
        """Return what the protocol would refuse, each in one sentence; empty when it is fine."""
        found = [
            "" if self.training_file else "A training file is needed.",
            "" if self.model else "A base model is needed.",
            self._method_problem(),
            seed_problem(self.seed, self.terms),
            validation_problem(self.validation_file, self.method, self.terms),
            suffix_problem(self.suffix, self.terms),
            *(self._parameter_problem(name, value) for name, value in self.parameters.items()),
            metadata_problem(self.metadata, self.terms),
            wandb_problem(self.wandb, self.terms),
        ]
        return tuple(problem for problem in found if problem)

    def _method_problem(self) -> str:
        if self.method not in self.terms.methods:
            offered = ", ".join(self.terms.methods)
            return f"The method {self.method} is not offered here, only {offered}."
        if self.method != "reinforcement":
            return ""
        if self.grader is None:
            return "Reinforcement needs a grader."
        return "" if self.validation_file else "Reinforcement needs a validation file."

    def _parameter_problem(self, name: str, value: Value) -> str:
        parameter = self.terms.parameter(name)
        if parameter is None:
            return f"{name} is not offered here."
        if not parameter.fits(self.method):
            return f"{parameter.label} belongs to {', '.join(parameter.methods)} only."
        return parameter.problem(value)

    def body(self, nonce: str) -> dict[str, Any]:
        """Return the request as it is sent. Raises InputError when `problems` finds any."""
        if problems := self.problems():
            raise InputError("Cannot create the job", " ".join(problems), "Correct it.")
        body: dict[str, Any] = {"model": self.model, "training_file": self.training_file}
        optional = {
            "validation_file": self.validation_file,
            "suffix": self.suffix,
            "seed": self.seed,
        }
        body |= {name: value for name, value in optional.items() if value is not None}
        body["metadata"] = {**self.metadata, NONCE: nonce}
        if self.wandb:
            body["integrations"] = [{"type": "wandb", "wandb": dict(self.wandb)}]
        for one, value in self._chosen():
            if one.body:
                body[one.key] = value
        return {**self.terms.always, **body, **self._method_body()}

    def _method_body(self) -> dict[str, Any]:
        chosen = self.hyperparameters()
        if self.terms.place == "top":
            return {"hyperparameters": chosen} if chosen else {}
        # Plain supervised jobs are also understood by servers that know no `method`.
        if not chosen and self.method == "supervised":
            return {}
        inner: dict[str, Any] = {"hyperparameters": chosen} if chosen else {}
        if self.method == "reinforcement":
            inner["grader"] = dict(self.grader or {})
        return {"method": {"type": self.method, self.method: inner}}

    def hyperparameters(self) -> dict[str, object]:
        """Return what was chosen, under the protocol's names."""
        return {one.key: value for one, value in self._chosen() if not one.body}

    def _chosen(self) -> list[tuple[Parameter, Value]]:
        known = {name: self.terms.parameter(name) for name in self.parameters}
        return [(one, self.parameters[name]) for name, one in known.items() if one is not None]


def validation_problem(file: str | None, method: str, offered: Terms) -> str:
    """Return what is wrong with a validation file, empty when it is fine."""
    if file and method in offered.no_validation:
        return f"A validation file is not offered here with {method}."
    return ""


def seed_problem(seed: int | None, offered: Terms) -> str:
    """Return what is wrong with a seed, empty when it is fine."""
    if seed is not None and not offered.seed:
        return "A seed is not offered here."
    fine = seed is None or 0 <= seed <= MAX_SEED
    return "" if fine else f"The seed must be from 0 to {MAX_SEED:,}."


def suffix_problem(suffix: str | None, offered: Terms) -> str:
    """Return what is wrong with a suffix, empty when it is fine."""
    if suffix is not None and not offered.suffix_most:
        return "Suffixes are not offered here."
    if suffix is None or (_SUFFIX.fullmatch(suffix) and len(suffix) <= offered.suffix_most):
        return ""
    most = offered.suffix_most
    return f"The suffix may have 1 to {most} letters, digits, dots, dashes and underscores."


def metadata_problem(pairs: Mapping[str, str], offered: Terms) -> str:
    """Return what is wrong with pairs of metadata, empty when they are fine."""
    if pairs and not offered.metadata:
        return "Metadata is not offered here."
    if len(pairs) > MAX_METADATA:
        return f"At most {MAX_METADATA} pairs of metadata."
    if NONCE in pairs:
        return f"{NONCE} is the mark by which finetui finds the job again."
    if any(not key or len(key) > _MAX_KEY for key in pairs):
        return f"A key of metadata has 1 to {_MAX_KEY} characters."
    if any(len(value) > _MAX_VALUE for value in pairs.values()):
        return f"A value of metadata has at most {_MAX_VALUE} characters."
    return ""


def wandb_problem(settings: Mapping[str, str | list[str]], offered: Terms) -> str:
    """Return what is wrong with the settings of Weights & Biases, empty when they are fine."""
    if not settings:
        return ""
    if "wandb" not in offered.integrations:
        return "Weights & Biases is not offered here."
    if not settings.get("project"):
        return "Weights & Biases needs a project."
    tags = settings.get("tags", [])
    if len(tags) > _MAX_TAGS or any(len(tag) > _MAX_TAG for tag in tags):
        return f"At most {_MAX_TAGS} tags of at most {_MAX_TAG} characters."
    return ""
