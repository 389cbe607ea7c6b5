"""What the ledger remembers of a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.models.states import Lookup

LISTED_AGAIN_S = 86_400  # how often a model that stays listed is noted


@dataclass(frozen=True, slots=True)
class RememberedModel:
    """A tuned model as it was seen before. Times are Unix seconds.

    `listed_at` is when a list had it last, None for never. `lookup` is what the provider said of it
    by its id at `looked_at`, since it was listed last. `facts` is what else was known of it; of a
    deleted one all of its entry, as `--json` prints it.
    """

    base: str = ""
    job: str | None = None
    listed_at: int | None = None
    deleted_at: int | None = None
    lookup: Lookup = ""
    looked_at: int | None = None
    created: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def changed_by(self, new: RememberedModel, now: float) -> bool:
        """Whether a model seen as `new` tells more than this."""
        told = (
            new.base not in {"", self.base}
            or new.job not in {None, self.job}
            or new.created not in {None, self.created}
        )
        if new.listed_at is None:
            return told
        again = self.listed_at is None or now - self.listed_at > LISTED_AGAIN_S
        return told or again or bool(self.lookup)
