"""Which recording stands for the model that a moved one takes the place of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.compare.plan import Plan
from tui.core.provider.parsing import as_text
from tui.core.text.text import one_line
from tui.services.errors import InputError
from tui.services.jobs.drafts import MovedFrom

if TYPE_CHECKING:
    from tui.services.compare.service import CompareService
    from tui.services.store.store import Store
    from tui.services.store.tables.comparisons_table import RunRecord


async def moved_from(store: Store, profile: str, model: str) -> MovedFrom | None:
    """Return what a model (or the job of this id) was moved from, None for one that was not.

    Raises LedgerError.
    """
    asked = {one.job_id: one for one in await store.jobs.all(profile) if one.job_id}
    seen, _ = await store.seen_jobs.jobs(profile)
    made = {as_text(one.raw.get("fine_tuned_model")): one.id for one in seen}
    record = asked.get(made.get(model) or model)
    return None if record is None else MovedFrom.from_json(record.request.get("moved_from"))


async def recordings_of(
    compare: CompareService, model: str, profile: str | None = None
) -> list[RunRecord]:
    """Return the recordings of a model, of one profile or of all, the latest first."""
    found = await compare.recordings(all_profiles=True)
    return [one for one in found if _model_of(one) == model and profile in {None, one.profile}]


async def recording_of_moved(store: Store, compare: CompareService, model: str) -> RunRecord:
    """Return the latest recording of the model that this one takes the place of.

    Raises InputError where it was not moved, or nothing was recorded.
    """
    origin = await moved_from(store, compare.profile, model)
    shown = one_line(model, 100)
    if origin is None:
        raise InputError(
            "Nothing to compare with", f"{shown} was not moved to {compare.profile} from here",
            "`finetui compare --recording RUN --models MODEL` names a recording.",
        )  # fmt: skip
    found = await recordings_of(compare, origin.model, origin.profile)
    if not found:
        old = one_line(origin.model, 100)
        raise InputError(
            "Nothing to compare with", f"there is no recording of {old} at {origin.profile}",
            f"While it lasts: finetui record --profile {origin.profile} --model {old}"
            " --dataset FILE",
        )  # fmt: skip
    return found[0]


def _model_of(one: RunRecord) -> str:
    candidates = Plan.from_json(one.settings, ()).candidates
    return candidates[0].model if candidates else ""
