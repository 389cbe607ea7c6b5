"""Entries of providers.toml, checked so that every complaint names its line and column."""

from __future__ import annotations

import math
import re
import tomllib
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from tui.core.catalog.abilities import OFFERS, Ability
from tui.core.catalog.methods import HYPERPARAMETER_PLACES, METHODS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

PROTOCOLS = ("openai", "together", "fireworks")
STATUSES = (
    "validating_files", "queued", "running", "paused", "cancelling",
    "succeeded", "failed", "cancelled",
)  # fmt: skip
_BEGINS = re.compile(r"^\s*\[\[\s*providers\s*\]\]")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_HEADER = re.compile(r"^\s*\[+\s*([^\]]+?)\s*\]+")


class EntryError(ValueError):
    """An entry that cannot be used; `line` and `column` count from 1."""

    def __init__(self, cause: str, line: int, column: int) -> None:
        super().__init__(f"{cause} (at line {line}, column {column})")
        self.line, self.column = line, column


# Of each key the type of its value, or the words it may be.
_TRAINING: Mapping[str, object] = {
    "methods": [*METHODS],
    "parameters": [str],
    "place": HYPERPARAMETER_PLACES,
    "suffix_most": int,
    "metadata": bool,
    "seed": bool,
    "no_validation": [*METHODS],
    "auto_epochs": int,
    "default_rate": float,
    "least_examples": int,
    "most_examples": int,
    "integrations": [str],
    "always": dict,
    "source": str,
    "as_of": date,
}
_DATES: Mapping[str, object] = {
    "model": str, "train_until": date, "use_until": date, "note": str,
    "account": ("existing", "new"), "source": str, "as_of": date,
}  # fmt: skip
AMOUNTS = frozenset({"usd", "free_gb"})  # decimals, written as texts: "1.70"
_HOURLY: Mapping[str, object] = {
    "on": str, "usd": Decimal, "about": bool, "note": str, "source": str, "as_of": date,
}  # fmt: skip
_KEEPING: Mapping[str, object] = {
    "what": ("files", "checkpoints", "models"), "usd": Decimal, "free_gb": Decimal, "note": str,
    "source": str, "as_of": date,
}  # fmt: skip
_ENTRY: Mapping[str, object] = {
    "id": str,
    "name": str,
    "protocol": PROTOCOLS,
    "base_url": str,
    "ends": [str],
    "hosts": [str],
    "file_bytes": int,
    "form_bytes": int,
    "upload_bytes": int,
    "part_bytes": int,
    "upload_seconds": int,
    "sizes_assumed": bool,
    "larger": str,
    "takes": [str],
    "wants_bom": bool,
    "not_in_chat": [str],
    "catalog_prices": bool,
    "tuned_by_name": bool,
    "deploy": str,
    "deployments_need": str,
    "deployments_apart": bool,
    "idle_cost": str,
    "deletes": str,
    "delete_role": str,
    "tried": bool,
    "source": str,
    "as_of": date,
    "paths": dict.fromkeys(
        (
            *("files", "uploads", "jobs", "models", "chat", "dpo_jobs", "estimate"),
            "reinforcement_jobs",
            "deployments",
        ),
        str,
    ),
    "auth": {"header": str, "scheme": str, "jwt_bearer": bool},
    "offers": {str(ability): OFFERS for ability in Ability},
    "statuses": STATUSES,  # by words of the provider's own
    "training": _TRAINING,
    "dates": _DATES,
    "hourly": _HOURLY,
    "keeping": _KEEPING,
}
# Lists of tables: what one holds, and what it cannot do without.
_LISTS: Mapping[str, tuple[Mapping[str, object], tuple[str, ...]]] = {
    "dates": (_DATES, ("model",)),
    "hourly": (_HOURLY, ("on",)),
    "keeping": (_KEEPING, ("what", "usd")),
}
_ADDED_TO = frozenset({"hourly", "keeping"})  # lists that one's own stand before, not instead of
_NAMES: Mapping[object, str] = {
    str: "a text", int: "a whole number, 0 or above", bool: "true or false", dict: "a table",
    float: "a number above 0, such as 1e-5",
    date: "a date such as 2026-11-28, without quotes",
    Decimal: 'an amount in quotes, such as "1.70"',
}  # fmt: skip


def read_entries(text: str, parameters: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Return the entries of a file; `parameters` are the ids that training may name.

    Raises EntryError, tomllib.TOMLDecodeError for no TOML.
    """
    values = tomllib.loads(text)
    check = _Check(text, parameters)
    for key in values:
        if key != "providers":
            raise check.error(key, f"unknown table or setting {key}", -1, known=["providers"])
    entries = values.get("providers", [])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise check.error("providers", "providers is not a list: write [[providers]]", -1)
    for at, entry in enumerate(entries):
        check.entry(at, entry)
    return entries


def merged(
    built_in: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the entries with the user's own over them, by id.

    A table of an own entry replaces only what it names. One with a new id begins as the server
    nobody knows, and is found before those built in.
    """
    found = {entry["id"]: dict(entry) for entry in built_in}
    new: dict[str, dict[str, Any]] = {}
    for entry in own:
        name = entry["id"]
        if name in found:
            found[name] = _over(found[name], entry)
        else:
            new[name] = _over(new.get(name) or _begun(found["compatible"], entry), entry)
    return [*new.values(), *found.values()]


def _begun(unknown: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new provider's entry is laid over; sizes it tells are not assumed."""
    begun = {**unknown, "hosts": [], "name": entry["id"], "source": "your own providers.toml"}
    if "file_bytes" in entry:
        begun = {k: v for k, v in begun.items() if k not in {"upload_bytes", "sizes_assumed"}}
    return begun


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(below)
    for key, value in above.items():
        old = made.get(key)
        if key in _ADDED_TO and isinstance(old, list):
            made[key] = [*value, *old]  # what is found first counts
            continue
        both = isinstance(value, dict) and isinstance(old, dict)
        made[key] = {**old, **value} if both and old is not None else value
    return made


class _Check:
    """Checks entries against what is known, and finds the place of what is wrong."""

    def __init__(self, text: str, parameters: Collection[str] | None) -> None:
        self._parameters = parameters
        self._lines = text.splitlines()
        self._begins = [n for n, line in enumerate(self._lines) if _BEGINS.match(line)]

    def entry(self, at: int, entry: Mapping[str, Any]) -> None:
        """Raise EntryError for what is wrong with the entry of this number."""
        if not isinstance(entry.get("id"), str) or not entry["id"].strip():
            raise self.error("id", "a provider needs an id, a text", at)
        for key, value in entry.items():
            self._check_known(key, _ENTRY, "setting", at)
            self._value(key, value, _ENTRY[key], at)

    def _value(self, key: str, value: object, wanted: object, at: int) -> None:
        if key in _LISTS:
            self._tables(key, value, at)
        elif key == "statuses":
            self._statuses(value, at)
        elif isinstance(wanted, dict):
            if not isinstance(value, dict):
                raise self.error(key, f"{key} must be a table", at)
            for inner, one in value.items():
                self._check_known(inner, wanted, f"setting of {key}", at)
                self._value(inner, one, wanted[inner], at)
        elif problem := _problem(value, wanted):
            raise self.error(key, f"{key} must be {problem}", at)
        elif key == "parameters" and self._parameters is not None:
            for one in value if isinstance(value, list) else ():
                if one not in self._parameters:
                    raise self.error(one, f"unknown parameter {one}", at, known=self._parameters)

    def _tables(self, key: str, value: object, at: int) -> None:
        known, needed = _LISTS[key]
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.error(key, f"{key} must be a list: write [[providers.{key}]]", at)
        for one in value:
            for inner, told in one.items():
                self._check_known(inner, known, f"setting of {key}", at)
                self._value(inner, told, known[inner], at)
            for name in needed:
                if name not in one:
                    raise self.error(key, f"each of {key} needs {name}", at)

    def _statuses(self, value: object, at: int) -> None:
        if not isinstance(value, dict):
            raise self.error("statuses", "statuses must be a table", at)
        for word, meant in value.items():
            if problem := _problem(meant, STATUSES):
                raise self.error(word, f"{word} must be {problem}", at)

    def _check_known(self, key: str, known: Mapping[str, object], what: str, at: int) -> None:
        if key not in known:
            raise self.error(key, f"unknown {what} {key}", at, known=known)

    def error(self, key: str, cause: str, at: int, *, known: Collection[str] = ()) -> EntryError:
        """Return the error for a key of the entry of this number, -1 for the top."""
        if known:
            meant = get_close_matches(key, sorted(known), 1)
            cause += f", did you mean {meant[0]}?" if meant else f"; known: {', '.join(known)}"
        line, column = next(self._places(key, at), (self._first(at), 1))
        return EntryError(cause, line, column)

    def _first(self, at: int) -> int:
        return self._begins[at] + 1 if 0 <= at < len(self._begins) else 1

    def _places(self, key: str, at: int) -> Iterator[tuple[int, int]]:
        """Yield where a key may stand, as lines and columns from 1."""
        known = 0 <= at < len(self._begins)
        start = self._begins[at] if known else 0
        after = self._begins[at + 1 :] if known else []
        end = after[0] if after else len(self._lines)
        named = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
        for number in range(start, end):
            line = self._lines[number]
            header = _HEADER.match(line)
            text = header[1] if header else line.partition("=")[0]
            if found := named.search(text):
                yield number + 1, found.start() + 1 + (header.start(1) if header else 0)
        for number in range(start, end):  # in a table within a line
            if found := named.search(self._lines[number].partition("#")[0]):
                yield number + 1, found.start() + 1


def _problem(value: object, wanted: object) -> str:
    """Return what a value must be, empty where it is."""
    if isinstance(wanted, list):
        inner = wanted[0] if len(wanted) == 1 else tuple(wanted)
        fine = isinstance(value, list) and not any(_problem(one, inner) for one in value)
        of = "texts" if inner is str else f"some of: {', '.join(map(str, wanted))}"
        return "" if fine else f"a list of {of}"
    if isinstance(wanted, tuple):
        return "" if value in wanted else f"one of: {', '.join(wanted)}"
    assert isinstance(wanted, type)
    if wanted is Decimal:
        return "" if _is_amount(value) else _NAMES[wanted]
    fine = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
    if wanted is int and fine:
        fine = isinstance(value, int) and value >= 0
    elif wanted is float and fine:
        fine = isinstance(value, float) and 0 < value < math.inf
    return "" if fine else _NAMES[wanted]


def _is_amount(value: object) -> bool:
    """Whether a value is a text of digits that is an amount: prices are never floats."""
    return isinstance(value, str) and _AMOUNT.fullmatch(value) is not None
