"""The user's own providers.toml, beside config.toml: adds providers, overrides those built in."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from tui.core.catalog.provider_entries import EntryError, read_entries
from tui.core.catalog.providers import BUILT_IN, ProviderCatalog
from tui.core.catalog.training import parameter_ids
from tui.services.errors import InputError, disk_words

if TYPE_CHECKING:
    from pathlib import Path

NAME = "providers.toml"


def load_providers(folder: Path) -> ProviderCatalog:
    """Return the providers known, with those of the file in `folder` if there is one.

    Raises InputError naming line and column of what cannot be used.
    """
    path = folder / NAME
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return BUILT_IN
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{NAME} cannot be read", disk_words(error, path), "Correct or move the file."
        ) from error
    try:
        return ProviderCatalog(read_entries(text, parameter_ids()))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(
            f"{NAME} is not valid TOML", f"{path}: {error}", "Correct that line."
        ) from error
    except EntryError as error:
        raise InputError(
            f"{NAME} cannot be used", f"{path}: {error}", "Correct that line."
        ) from error
