"""Shutdown dates of models: the provider's own, the base's, or those known here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.provider.records import ModelInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.catalog.models import Catalog
    from tui.core.catalog.providers import Preset


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The day a model stops (YYYY-MM-DD, None when none is known), and who says so.

    `source` is the provider's record of the model itself, of its base, or the catalogue.
    """

    day: str | None = None
    source: Literal["model", "base", "catalogue"] = "model"

    @property
    def words(self) -> str:
        """Return it as part of a line."""
        if self.day is None:
            return "not announced"
        return self.day + {"base": " with its base", "catalogue": " as known here"}.get(
            self.source, ""
        )


def shutdown_of(
    model: ModelInfo,
    base: str,
    listed: Mapping[str, ModelInfo],
    catalog: Catalog | None,
    preset: Preset | None = None,
) -> Shutdown:
    """Return when a model stops; a fine-tuned one stops with its base.

    `base` is what it was trained on, possibly another fine-tune. `listed` are the models the
    provider lists, by id. Without a `catalog` only the provider is believed, and the dates of
    its `preset`.
    """
    if model.shutdown_date:
        return Shutdown(model.shutdown_date)
    root = ModelInfo(base or model.base, None, "", None, {}).base
    facts = catalog.find(root) if catalog is not None else None
    for name in (root, facts.base if facts else root):
        known = listed.get(name)
        if known is not None and known.id != model.id and known.shutdown_date:
            return Shutdown(known.shutdown_date, "base")
    if (
        preset is not None
        and root != model.id
        and (dates := preset.dates_of(root))
        and dates.use_until
    ):
        return Shutdown(dates.use_until.isoformat(), "catalogue")
    if facts is not None and facts.shutdown is not None:
        return Shutdown(facts.shutdown.isoformat(), "catalogue")
    return Shutdown()
