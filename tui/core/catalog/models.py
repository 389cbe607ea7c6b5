"""What is known of each model: vocabulary, limits, prices, dates. Read from data/models.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

DEFAULT_MODEL = "gpt-4.1-mini-2025-04-14"  # what tokens are counted for where none is named
DEFAULT_ENCODING = "o200k_base"
ENCODINGS = ("o200k_base", "cl100k_base")  # those whose vocabularies are shipped
DEFAULT_EPOCHS = "cookbook"
PRICES = (
    "price_training", "price_input", "price_output", "price_base_input", "price_base_output",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EpochRule:
    """How many epochs a provider chooses when none are asked for.

    With a `table` of (examples, epochs): the epochs of the first row that has as many examples
    or more, and `least` beyond the last. Otherwise the cookbook's rule: `target` epochs, more
    when the file is small, fewer when it is large.
    """

    target: int = 3
    min_examples: int = 100
    max_examples: int = 25_000
    least: int = 1
    most: int = 25
    table: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model. Prices are per 1,000,000 tokens; None means unknown."""

    id: str
    base: str
    encoding: str
    exact: bool
    known: bool
    epochs: EpochRule
    epochs_dpo: EpochRule
    training_limit: int | None = None
    context_window: int | None = None
    image_low_tokens: int | None = None  # what an image of low detail costs
    price_training: Decimal | None = None
    price_input: Decimal | None = None
    price_output: Decimal | None = None
    price_base_input: Decimal | None = None  # of the base itself, where it is asked
    price_base_output: Decimal | None = None
    validation_billed: bool | None = None  # whether a validation file's tokens are billed
    currency: str = "USD"
    as_of: date | None = None
    base_as_of: date | None = None  # of the prices of the base, where that is another day
    source: str = ""
    methods: tuple[str, ...] = ()
    no_new_jobs_after: date | None = None
    shutdown: date | None = None
    dates_source: str = ""  # of these two days, and when it was read
    dates_as_of: date | None = None

    def takes_jobs(self, day: date) -> bool:
        """Whether a training job can be created on `day`, as far as is known."""
        if not self.known:
            return True
        return bool(self.methods) and (
            self.no_new_jobs_after is None or day <= self.no_new_jobs_after
        )


class CatalogError(ValueError):
    """A catalogue file that cannot be used; the text says which entry and why."""


class Catalog:
    """All known models, and what to assume of the others."""

    def __init__(
        self,
        models: Mapping[str, ModelFacts],
        aliases: Mapping[str, str],
        prefixes: Mapping[str, str],
        rule: EpochRule,
        own: frozenset[str] = frozenset(),
    ) -> None:
        """Hold the entries by id; `own` are those that the user's own file names."""
        self._models = models
        self._own = own
        self._aliases = aliases
        self._prefixes = sorted(prefixes.items(), key=lambda item: -len(item[0].rstrip("*")))
        self._rule = rule

    @cached_property
    def models(self) -> tuple[ModelFacts, ...]:
        """Every model with an entry, in the file's order."""
        return tuple(self._models.values())

    @cached_property
    def trainable(self) -> tuple[ModelFacts, ...]:
        """The models that can be trained; see `ModelFacts.takes_jobs` for their last day."""
        return tuple(m for m in self.models if m.methods)

    def find(self, model_id: str) -> ModelFacts:
        """Return what is known of a model, fine-tuned ids by their base. Never raises.

        The result's `id` is `model_id` as given. A model without an entry has `known` false;
        its vocabulary is still exact when its family is known.
        """
        base = base_of(model_id)
        name = self._aliases.get(base, base)
        if (facts := self._models.get(name)) is not None:
            return replace(facts, id=model_id)
        encoding = self._encoding(name)
        return ModelFacts(
            id=model_id,
            base=name,
            encoding=encoding or DEFAULT_ENCODING,
            exact=encoding is not None,
            known=False,
            epochs=self._rule,
            epochs_dpo=self._rule,
        )

    def to_chat(self, model_id: str) -> ModelFacts:
        """Return the facts of a model with the prices of asking it: a base has prices of its own.

        `find` gives a base the prices that its fine-tuned models have.
        """
        facts = self.find(model_id)
        if model_id.strip().startswith(("ft:", "ftjob:")) or ".ft-" in model_id:
            return facts
        asked, answered = facts.price_base_input, facts.price_base_output
        if asked is None and answered is None and self.is_own(facts):
            return facts  # whoever writes down the prices of a model means these
        day = facts.base_as_of or facts.as_of
        return replace(facts, price_input=asked, price_output=answered, as_of=day)

    def is_own(self, facts: ModelFacts) -> bool:
        """Whether the user's own file has an entry for a model."""
        return facts.known and facts.base in self._own

    def _encoding(self, name: str) -> str | None:
        for prefix, encoding in self._prefixes:
            if prefix.endswith("*"):
                if name.startswith(prefix[:-1]):
                    return encoding
            elif name == prefix or name.startswith(prefix + "-"):
                return encoding
        return None


def base_of(model_id: str) -> str:
    """Return the base model of an id: `ft:BASE:…`, `BASE.ft-…` and `provider/BASE` are resolved."""
    name = model_id.strip().rpartition("/")[2]
    if name.startswith("ft:"):
        name = name[3:].partition(":")[0]
    return name.partition(".ft-")[0]


def load(overrides: Path | None = None) -> Catalog:
    """Read the shipped catalogue, with the values of an own file laid over it.

    Raises CatalogError naming the entry that is wrong, and OSError when `overrides` cannot be
    read.
    """
    shipped = resources.files("tui").joinpath("data", "models.toml").read_text("utf-8")
    documents = [tomllib.loads(shipped)]
    if overrides is not None:
        try:
            documents.append(tomllib.loads(overrides.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CatalogError(f"{overrides.name}: {error}") from error
    return _build(documents)


def _build(documents: list[dict[str, Any]]) -> Catalog:
    entries: dict[str, dict[str, Any]] = {}
    rules: dict[str, EpochRule] = {}
    prefixes: dict[str, str] = {}
    for document in documents:
        for name, rule in document.get("epochs", {}).items():
            rules[name] = _rule(name, rule)
        for entry in document.get("models", []):
            if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
                raise CatalogError('every [[models]] entry needs an id = "…"')
            entries[entry["id"]] = entries.get(entry["id"], {}) | entry
        for group in document.get("encodings", []):
            if not isinstance(group, dict) or not isinstance(group.get("prefixes"), list):
                raise CatalogError("every [[encodings]] entry needs prefixes = […]")
            prefixes |= dict.fromkeys(group["prefixes"], _encoding("encodings", group))
    models = {name: _facts(entry, rules) for name, entry in entries.items()}
    aliases = {alias: name for name, e in entries.items() for alias in e.get("aliases", [])}
    own = {entry["id"] for document in documents[1:] for entry in document.get("models", [])}
    return Catalog(models, aliases, prefixes, rules[DEFAULT_EPOCHS], frozenset(own))


def _rule(name: str, values: Mapping[str, Any]) -> EpochRule:
    try:
        table = tuple((int(most), int(epochs)) for most, epochs in values.get("table", ()))
        return EpochRule(**{**values, "table": table})
    except (TypeError, ValueError) as error:
        raise CatalogError(f"epochs.{name}: {error}") from error


def _facts(entry: Mapping[str, Any], rules: Mapping[str, EpochRule]) -> ModelFacts:
    model = entry["id"]
    values = {k: v for k, v in entry.items() if k not in {"aliases", "epochs", "epochs_dpo"}}
    rule = entry.get("epochs", DEFAULT_EPOCHS)
    rule_dpo = entry.get("epochs_dpo", rule)
    for name in (rule, rule_dpo):
        if name not in rules:
            raise CatalogError(f"{model}: there is no epoch rule {name!r}")
    for key in PRICES:
        if key in values:
            values[key] = _price(model, key, values[key])
    if "encoding" in entry:
        _encoding(model, entry)
    values["methods"] = tuple(entry.get("methods", ()))
    settled = {"base": model, "encoding": DEFAULT_ENCODING, "exact": "encoding" in entry}
    try:
        return ModelFacts(
            **{**settled, **values},
            known=True,
            epochs=rules[rule],
            epochs_dpo=rules[rule_dpo],
        )
    except TypeError as error:
        raise CatalogError(f"{model}: {error}") from error


def _encoding(where: str, entry: Mapping[str, Any]) -> str:
    if (encoding := entry.get("encoding")) not in ENCODINGS:
        raise CatalogError(f"{where}: encoding must be one of {', '.join(ENCODINGS)}")
    return str(encoding)


def _price(model: str, key: str, value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise CatalogError(f"{model}: {key} = {value!r} is not an amount of money") from error
