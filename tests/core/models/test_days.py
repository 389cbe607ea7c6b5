"""When a model ends is told of those that are there, and of those that stopped by themselves."""

from dataclasses import replace
from datetime import date

import pytest

from tui.core.catalog.shutdown import Shutdown
from tui.core.models.detail import detail_lines
from tui.core.models.entry import ModelEntry
from tui.core.models.export import as_markdown
from tui.core.models.states import ModelState
from tui.screens.models.model_rows import about

TODAY = date(2026, 12, 1)
MODEL = ModelEntry(
    "ft:base:org:moss:1", "tuned", ModelState.LIVE, "base", shutdown=Shutdown("2026-12-03")
)


@pytest.mark.parametrize("state", [*ModelState])
@pytest.mark.parametrize("shutdown", [Shutdown("2026-12-03"), Shutdown()])
def test_a_shutdown_is_not_told_of_what_was_deleted(state: ModelState, shutdown: Shutdown) -> None:
    one = replace(MODEL, state=state, shutdown=shutdown)
    deleted = state in {ModelState.DELETED_HERE, ModelState.DELETED_ELSEWHERE}
    assert ("shutdown" not in about(one, 200).plain) == deleted
    assert ("until" not in dict(detail_lines(one, TODAY))) == deleted
    if shutdown.day:
        assert (one.left_words(TODAY) == "–") == deleted
        assert ("2026-12-03" not in as_markdown([one], TODAY)) == deleted


def test_what_is_still_listed_ends_all_the_same() -> None:
    one = replace(MODEL, state=ModelState.DELETED_HERE, listed=True)
    assert "shutdown 2026-12-03" in about(one, 200).plain
    assert one.left_words(TODAY) == "2 days"
