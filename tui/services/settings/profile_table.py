"""The settings of one profile, as its table in the configuration file and who is above it say."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, cast

from tui.core.catalog.shutdown import ACCOUNT_KINDS
from tui.core.provider.addresses import address_problem, without_credentials
from tui.services.errors import InputError
from tui.services.settings.setting_names import SETTINGS
from tui.services.settings.suggestions import nearest, with_meant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from tui.core.catalog.shutdown import AccountKind
    from tui.services.settings.setting_names import Shape

_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class TableSource(Protocol):
    """The file a table stands in."""

    @property
    def path(self) -> Path:
        """Where it is."""

    def bad(self, key: str, cause: str, table: str = "", next_step: str = "") -> InputError:
        """Return the error for a wrong setting, naming its place."""


@dataclass(frozen=True, slots=True)
class Table:
    """The settings of one profile. Every getter raises InputError for a value of no use.

    `said_by` tells of those that do not come from the file who says them.
    """

    source: TableSource
    name: str
    values: Mapping[str, Any]
    said_by: Mapping[str, str] = field(default_factory=dict)

    def over(self, values: Mapping[str, str], said_by: Mapping[str, str]) -> Table:
        """Return the table with other values, given as texts, over its own."""
        read = {key: _read_text(SETTINGS[key].shape, text) for key, text in values.items()}
        return replace(self, values={**self.values, **read}, said_by={**self.said_by, **said_by})

    def text(self, key: str) -> str | None:
        """Return a text, None when it is missing or empty."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value or None
        raise self.bad(key, "must be a text")

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self.values.get(key, default)
        if isinstance(value, bool):
            return value
        raise self.bad(key, "must be true or false")

    def seconds(self, key: str, default: float) -> float:
        """Return a number of seconds above 0."""
        value = self.values.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
        raise self.bad(key, "must be a number of seconds above 0")

    def size(self, key: str) -> int | None:
        """Return a number of bytes above 0, None when it is missing."""
        value = self.values.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value
        raise self.bad(key, "must be a whole number of bytes above 0")

    def amount(self, key: str, *, above: bool = False) -> Decimal | None:
        """Return an amount of 0 or more, above 0 if so asked; None when it is missing."""
        value = self.values.get(key)
        return None if value is None else self._decimal(key, value, above=above)

    def amounts(self, key: str) -> dict[str, Decimal]:
        """Return a table of amounts, empty when it is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.bad(key, "must be a table")
        return {name: self._decimal(name, amount) for name, amount in value.items()}

    def _decimal(self, key: str, value: object, *, above: bool = False) -> Decimal:
        if isinstance(value, dict) and (rest := _dotted(value)):
            raise self.source.bad(
                key,
                f"{key}.{rest} has no quotes around it, and TOML takes its dots for tables",
                self.name,
                f'Write the name of the model in quotes: "{key}.{rest}" = …',
            )
        amount = Decimal("nan")
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            with suppress(ArithmeticError):  # what is not a number stays none
                amount = Decimal(str(value))
        if amount.is_finite() and (amount > 0 or (amount == 0 and not above)):
            return amount
        raise self.bad(key, f"must be an amount {'above 0' if above else 'of 0 or more'}")

    def day(self, key: str) -> date | None:
        """Return a date, None when it is missing."""
        value = self.values.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        raise self.bad(key, "must be a date such as 2026-11-01, without quotes")

    def words(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        """Return a list of known words, empty when it is missing."""
        value = self.values.get(key, [])
        if isinstance(value, list) and all(word in known for word in value):
            return tuple(value)
        raise self.bad(key, f"must be a list of: {', '.join(known)}")

    def url(self) -> str | None:
        """Return the base_url."""
        value = (self.text("base_url") or "").strip()
        if value and (problem := address_problem(value)):
            raise self.bad("base_url", f"{without_credentials(value)!r} {problem}")
        return value or None

    def account(self) -> str | None:
        """Return the account, which stands in the provider's paths; None when it is missing."""
        value = (self.text("account") or "").strip().removeprefix("accounts/")
        if value and not _ACCOUNT.fullmatch(value):
            raise self.bad("account", "is not an account's id: letters, digits and dashes")
        return value or None

    def account_kind(self) -> AccountKind:
        """Return the kind of account, empty when it is missing."""
        value = (self.text("account_kind") or "").strip()
        if value and value not in ACCOUNT_KINDS:
            raise self.bad("account_kind", f"must be one of: {', '.join(ACCOUNT_KINDS)}")
        return cast("AccountKind", value)

    def unknown_kind(self, kind: str, known: Iterable[str]) -> InputError:
        """Return the error for a kind of provider that there is not."""
        cause, next_step = with_meant(f"unknown kind {kind!r}", nearest(kind, known), known)
        return self.source.bad("kind", cause, self.name, next_step)

    def bad_profile(self, cause: str) -> InputError:
        """Return the error for a profile that cannot be used as a whole."""
        return self.source.bad(self.name, f"profile {self.name} {cause}")

    def bad(self, key: str, cause: str, next_step: str = "") -> InputError:
        """Return the error for a setting; `cause` goes on behind its name."""
        if (who := self.said_by.get(key)) is not None:
            return InputError("The settings cannot be used", f"{who} {cause}", "Correct it.")
        return self.source.bad(key, f"{key} {cause}", self.name, next_step)


def _read_text(shape: Shape, text: str) -> object:
    """Return the value that a text stands for; one that cannot be read stays a text."""
    if shape == "flag":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if shape == "seconds":
        for number in (int, float):
            with suppress(ValueError):
                return number(text)
    return text


def _dotted(value: Mapping[str, Any]) -> str:
    """Return the key that dots without quotes have made tables within tables of."""
    parts: list[str] = []
    inner: object = value
    while isinstance(inner, dict) and inner:
        key = next(iter(inner))
        parts.append(key)
        inner = inner[key]
    return ".".join(parts)
