"""A job as it is typed, in a form, a preset or on the command line: all fields are text."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tui.core.catalog.methods import METHODS, Method
from tui.core.catalog.training import AUTO, Terms, Value, terms
from tui.core.jobs.mark import NONCE
from tui.core.provider.parsing import as_map, as_text, as_texts
from tui.services.errors import InputError, disk_words
from tui.services.given_files import expanded, read_given
from tui.services.jobs.requests import (
    JobRequest,
    metadata_problem,
    seed_problem,
    suffix_problem,
    validation_problem,
    wandb_problem,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tui.core.jobs.jobs import Job

FILES = ("training", "validation")
_WANDB = {"wandb_project": "project", "wandb_name": "name", "wandb_entity": "entity"}
# Everything typed that is not a hyperparameter, in the order of the form.
FIELDS = (
    *("training", "validation", "model", "method", "suffix", "seed", "metadata", "grader"),
    *_WANDB,
    "wandb_tags",
)


@dataclass(frozen=True, slots=True)
class MovedFrom:
    """The model that a job is moved from: its profile, its name there, and the job that made it.

    `brief` says what of it was carried.
    """

    profile: str
    model: str
    job: str
    brief: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as it is kept."""
        return {"profile": self.profile, "model": self.model, "job": self.job, "brief": self.brief}

    @classmethod
    def from_json(cls, value: object) -> MovedFrom | None:
        """Return what `as_json` gave, None for anything else."""
        raw = {name: as_text(one) or "" for name, one in as_map(value).items()}
        if not raw.get("profile") or not raw.get("job"):
            return None
        return cls(raw["profile"], raw.get("model", ""), raw["job"], raw.get("brief", ""))


@dataclass(frozen=True, slots=True)
class Draft:
    """What is typed. Files are paths, or ids of uploaded files.

    `settings` are hyperparameters by id, auto where one is not there. `metadata` are pairs such
    as `team=a run="two words"`, `grader` a path of a JSON file or JSON itself. `origin` is the
    job this was taken from, and `was` what that job had; `moved` the model of another profile that
    it is to take the place of.
    """

    training: str = ""
    validation: str = ""
    model: str = ""
    method: Method = "supervised"
    suffix: str = ""
    seed: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    metadata: str = ""
    grader: str = ""
    wandb_project: str = ""
    wandb_name: str = ""
    wandb_entity: str = ""
    wandb_tags: str = ""
    origin: str = ""
    was: Draft | None = field(default=None, compare=False)
    moved: MovedFrom | None = None

    def setting(self, name: str) -> str:
        """Return a hyperparameter as typed."""
        return self.settings.get(name, "").strip() or AUTO

    def values(self, offered: Terms) -> dict[str, str]:
        """Return everything that can be typed at a provider with this method, by field."""
        typed = {name: str(getattr(self, name)) for name in FIELDS}
        return typed | {one.id: self.setting(one.id) for one in offered.of(self.method)}

    def changes(self, offered: Terms) -> dict[str, str]:
        """Return what the job this was taken from had, for each field that differs now."""
        if self.was is None:
            return {}
        now, before = self.values(offered), self.was.values(offered)
        return {
            name: before.get(name, AUTO)
            for name, value in now.items()
            if value.strip() != before.get(name, AUTO).strip()
        }

    # -- kept while it is typed --------------------------------------------------------

    def as_typed(self) -> dict[str, Any]:
        """Return it as plain JSON values, but for the job it was taken from."""
        texts = {name: getattr(self, name) for name in FIELDS}
        moved = {} if self.moved is None else {"moved": self.moved.as_json()}
        return texts | {"settings": dict(self.settings)} | moved

    @classmethod
    def from_typed(cls, value: object) -> Draft | None:
        """Return what `as_typed` gave, None for anything else."""
        found = as_map(value)
        method = found.get("method")
        if method not in METHODS:
            return None
        texts: dict[str, Any] = {name: str(found.get(name, "")) for name in FIELDS}
        settings = {key: str(typed) for key, typed in as_map(found.get("settings")).items()}
        return cls(**texts, settings=settings, moved=MovedFrom.from_json(found.get("moved")))

    # -- what is wrong ---------------------------------------------------------------

    def problem(self, name: str, offered: Terms) -> str:
        """Return what is wrong with one field, in one sentence, or an empty text."""
        parameter = offered.parameter(name)
        if parameter is None:
            return self._field_problem(name, offered)
        if not parameter.fits(self.method):
            return ""
        try:
            parameter.read(self.setting(name))
        except ValueError as error:
            return str(error)
        return ""

    def _field_problem(self, name: str, offered: Terms) -> str:
        value = str(getattr(self, name)).strip()
        if not value and name in self._needed:
            return f"{self._needed[name]} is needed{_chooses(name)}."
        checks: dict[str, Callable[[], str]] = {
            "method": lambda: _method_problem(value, offered),
            "suffix": lambda: suffix_problem(value or None, offered),
            "validation": lambda: validation_problem(value or None, self.method, offered),
            "seed": lambda: _seed_problem(value, offered),
            "metadata": lambda: _pairs_problem(value, offered),
            "wandb_project": lambda: wandb_problem(self._wandb(), offered),
        }
        return checks[name]() if name in checks else ""

    @property
    def _needed(self) -> dict[str, str]:
        needed = {"training": "A training file", "model": "A base model"}
        if self.method != "reinforcement":
            return needed
        return {**needed, "validation": "For reinforcement a validation file", "grader": "A grader"}

    def problems(self, offered: Terms) -> dict[str, str]:
        """Return what is wrong, by field."""
        found = {name: self.problem(name, offered) for name in self.values(offered)}
        for name in self.settings:
            if name not in found and offered.parameter(name) is None and self.setting(name) != AUTO:
                found[name] = f"{name} is not offered here."
        return {name: problem for name, problem in found.items() if problem}

    # -- what it asks for ------------------------------------------------------------

    def value(self, name: str, offered: Terms) -> Value | None:
        """Return a hyperparameter's value, None for auto or what is none."""
        parameter = offered.parameter(name)
        try:
            return None if parameter is None else parameter.read(self.setting(name))
        except ValueError:
            return None

    @property
    def epochs(self) -> int | None:
        """The epochs asked for, None for auto or what is not a number of epochs."""
        value = self.value("n_epochs", terms("compatible", None))
        return value if isinstance(value, int) else None

    def request(
        self,
        offered: Terms,
        training_id: str,
        validation_id: str | None = None,
        grader: Mapping[str, Any] | None = None,
    ) -> JobRequest:
        """Return the request for uploaded files. Only for a draft without problems."""
        chosen = {one.id: self.value(one.id, offered) for one in offered.of(self.method)}
        return JobRequest(
            training_file=training_id,
            validation_file=validation_id,
            model=self.model.strip(),
            suffix=self.suffix.strip() or None,
            seed=int(self.seed) if self.seed.strip() else None,
            method=self.method,
            parameters={name: value for name, value in chosen.items() if value is not None},
            metadata=pairs(self.metadata),
            wandb=self._wandb(),
            grader=grader,
            terms=offered,
            moved_from=None if self.moved is None else self.moved.as_json(),
        )

    def _wandb(self) -> dict[str, str | list[str]]:
        typed = {key: str(getattr(self, name)).strip() for name, key in _WANDB.items()}
        found: dict[str, str | list[str]] = {key: value for key, value in typed.items() if value}
        if tags := [tag.strip() for tag in self.wandb_tags.split(",") if tag.strip()]:
            found["tags"] = tags
        return found

    # -- presets ---------------------------------------------------------------------

    def preset(self) -> dict[str, Any]:
        """Return all but the files and where it came from, to be kept by name."""
        kept = {name: getattr(self, name) for name in FIELDS if name not in FILES}
        return {**kept, "settings": {k: v for k, v in self.settings.items() if v.strip() != AUTO}}

    def with_preset(self, preset: Mapping[str, Any]) -> Draft:
        """Return this draft's files with everything else from a preset."""
        texts = set(FIELDS) - {*FILES, "method"}
        known: dict[str, Any] = {name: as_text(preset.get(name)) or "" for name in texts}
        settings = {k: v for k, v in as_map(preset.get("settings")).items() if isinstance(v, str)}
        method = preset.get("method")
        return replace(
            self,
            **known,
            method=method if method in METHODS else self.method,
            settings=settings,
        )


def draft_from_job(job: Job, offered: Terms | None = None) -> Draft:
    """Return a draft with all a job was made with; `offered` by the provider it is at.

    Hyperparameters left to the provider come as it chose them.
    """
    offered = offered or terms("compatible", None)
    method = job.method if job.method in METHODS else "supervised"
    settings = {
        one.id: one.typed(value)
        for one in offered.of(method)
        if (value := (job.raw if one.body else job.hyperparameters).get(one.key)) is not None
    }
    given = {key: value for key, value in job.metadata.items() if key != NONCE}
    grader = as_map(as_map(as_map(job.raw.get("method")).get(method)).get("grader"))
    made = Draft(
        training=job.training_file or "",
        validation=job.validation_file or "",
        model=job.model,
        method=method,
        suffix=job.suffix or "",
        seed="" if job.seed is None else str(job.seed),
        settings=settings,
        metadata=shlex.join(f"{key}={value}" for key, value in given.items()),
        grader=json.dumps(dict(grader)) if grader else "",
        origin=job.id,
        **_wandb_of(job),
    )
    return replace(made, was=made)


def draft_again(job: Job, offered: Terms) -> Draft:
    """Return the draft that makes a job again at its provider, which offers what is `offered`.

    Raises InputError for one trained by a method that no job can be asked for with here.
    """
    if job.method in METHODS and job.method not in offered.methods:
        raise InputError(
            f"Job {job.id} cannot be made again here",
            f"it is trained by {job.method}, and jobs made here by {' or '.join(offered.methods)}",
            "Make it where it was made.",
        )
    return draft_from_job(job, offered)


def _wandb_of(job: Job) -> dict[str, Any]:
    listed = job.raw.get("integrations")
    for one in listed if isinstance(listed, list) else []:
        if settings := as_map(as_map(one).get("wandb")):
            found = {name: as_text(settings.get(key)) or "" for name, key in _WANDB.items()}
            return {**found, "wandb_tags": ", ".join(as_texts(settings.get("tags")))}
    return {}


def pairs(text: str) -> dict[str, str]:
    """Return pairs of metadata as typed. Raises ValueError saying what is wrong."""
    found = {}
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"{error}; quotes hold words together.") from None
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise ValueError(f"{word} is not a pair; type key=value.")
        found[key] = value
    return found


def read_grader(text: str) -> dict[str, Any]:
    """Return the grader that a text is or names a file of. Blocking. Raises InputError."""
    text = text.strip()
    title, next_step = "The grader cannot be used", "It is a JSON object, or a file of one."
    try:
        if not text.startswith("{"):
            text = read_given(expanded(text, title), title, step=next_step).decode()
        value = json.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(title, disk_words(error), next_step) from error
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise InputError(title, "it names no type", next_step)
    return value


def _method_problem(method: str, offered: Terms) -> str:
    if method in offered.methods:
        return ""
    return f"{method} is not offered here, only {', '.join(offered.methods)}."


def _pairs_problem(text: str, offered: Terms) -> str:
    try:
        return metadata_problem(pairs(text), offered)
    except ValueError as error:
        return str(error)


def _seed_problem(text: str, offered: Terms) -> str:
    if not text:
        return ""
    try:
        return seed_problem(int(text), offered)
    except ValueError:
        return "This must be a whole number, or empty."


def _chooses(name: str) -> str:
    return "" if name == "grader" else "; choose one from the list"
