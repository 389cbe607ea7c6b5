"""When models stop: their own word, that of their base, or what the catalogue knows."""

from __future__ import annotations

from datetime import date

import pytest

from tui.core.catalog.models import load
from tui.core.catalog.provider_entries import read_entries
from tui.core.catalog.providers import BUILT_IN, ProviderCatalog
from tui.core.catalog.shutdown import (
    Shutdown,
    facts_at,
    shutdown_of,
    train_until,
    training_ends,
)
from tui.core.provider.records import ModelInfo, parse_model

BASE = "gpt-4.1-2025-04-14"
LISTED = {BASE: parse_model({"id": BASE, "shutdown_date": "2027-02-03"})}


def model(model_id: str, day: str | None = None) -> ModelInfo:
    return parse_model({"id": model_id, "shutdown_date": day})


@pytest.mark.parametrize(
    ("model_id", "base"),
    [
        (f"ft:{BASE}:org:suffix:A1", ""),
        (f"ft:{BASE}:org::A1", ""),
        (f"ft:{BASE}:org:suffix:A1:ckpt-step-40", ""),
        ("ft:gpt-4.1:org:suffix:A1", ""),  # the base by its alias
        (f"{BASE}.ft-0123abcd", ""),
        ("own/name-of-a-result", BASE),  # only its job tells the base
        ("ft:x:org:again:A2", f"ft:{BASE}:org:suffix:A1"),  # trained on a fine-tune
    ],
)
def test_a_fine_tune_stops_with_its_base(model_id: str, base: str) -> None:
    catalog = load()
    assert shutdown_of(model(model_id), base, LISTED, catalog) == Shutdown("2027-02-03", "base")
    own = model(model_id, "2026-12-31")
    assert shutdown_of(own, base, LISTED, catalog) == Shutdown("2026-12-31", "model")
    known = shutdown_of(model(model_id), base, {}, catalog)
    assert known == Shutdown("2027-01-14", "catalogue")
    if "gpt-4.1:" not in model_id:  # an alias is the catalogue's knowledge
        assert shutdown_of(model(model_id), base, LISTED, None).day == "2027-02-03"
    assert shutdown_of(model(model_id), base, {}, None) == Shutdown()


def test_what_nobody_knows_is_not_announced() -> None:
    for name in ("llama3:8b", "meta-llama/Llama-3.1-8B", "ft:", "lab-small", ":", "ft:a"):
        assert shutdown_of(model(name), "", {name: model(name)}, load()).words == "not announced"


def test_a_tuned_model_stops_when_its_provider_says_not_openai() -> None:
    azure = BUILT_IN.find("azure", None)
    tuned = model(f"{BASE}.ft-0123abcd")
    assert shutdown_of(tuned, "", {}, None, azure) == Shutdown("2027-10-14", "catalogue")
    mini = model("gpt-4o-mini-2024-07-18.ft-1")
    assert shutdown_of(mini, "", {}, None, azure).day == "2027-10-01"
    assert shutdown_of(tuned, "", LISTED, None, azure).day == "2027-02-03"  # its own word first
    assert shutdown_of(model(BASE), "", {}, None, azure) == Shutdown()  # that is no tuned model
    assert shutdown_of(model("gpt-4.10.ft-1"), "", {}, None, azure) == Shutdown()


OWN = """
[[providers]]
id = "azure"
source = "our contract"
as_of = 2026-11-20
[[providers.dates]]
model = "gpt-4.1"
account = "existing"
train_until = 2027-04-14
use_until = 2027-10-14
[[providers.dates]]
model = "gpt-4.1"
account = "new"
train_until = 2026-12-31
use_until = 2027-03-31
note = "until the pilot ends"
source = "a letter"
as_of = 2026-11-27
"""


def test_dates_differ_by_the_kind_of_account_and_the_earliest_counts_where_it_is_not_known() -> (
    None
):
    azure = ProviderCatalog(read_entries(OWN)).find("azure", None)
    tuned = model(f"{BASE}.ft-0123abcd")
    known = {
        kind: shutdown_of(tuned, "", {}, None, azure, kind) for kind in ("existing", "new", "")
    }
    assert {kind: one.day for kind, one in known.items()} == {
        "existing": "2027-10-14", "new": "2027-03-31", "": "2027-03-31",
    }  # fmt: skip
    assert known["existing"].source_words == "our contract, as of 2026-11-20"
    assert known["new"].source_words == known[""].source_words == "a letter, as of 2026-11-27"
    said = known[""].words
    assert "2027-10-14 for existing customers" in said
    assert "2027-03-31 for newcomers (until the pilot ends)" in said
    takes = train_until(azure, BASE, "")
    assert takes is not None
    assert takes.day == date(2026, 12, 31)


def test_no_date_is_made_up_for_newcomers() -> None:
    azure = BUILT_IN.find("azure", None)
    tuned = model(f"{BASE}.ft-0123abcd")
    new = shutdown_of(tuned, "", {}, None, azure, "new")
    assert new.day is None
    assert new.words == "for newcomers no date is known (they may get only open models)"
    unknown = shutdown_of(tuned, "", {}, None, azure)
    assert unknown.words.startswith("2027-10-14 as known here: 2027-10-14 for existing customers; ")
    assert "for newcomers no date is known" in unknown.words


def test_a_base_that_only_this_provider_still_trains_has_its_methods() -> None:
    azure, catalog = BUILT_IN.find("azure", None), load()
    nano = catalog.find("gpt-4.1-nano-2025-04-14")
    day = date(2026, 12, 1)
    assert not nano.takes_jobs(day)
    there = facts_at(nano, azure, "existing")
    assert there.takes_jobs(day)
    assert not there.takes_jobs(date(2027, 4, 15))
    assert "supervised" in there.methods
    assert facts_at(nano, BUILT_IN.find("openai", None), "") is nano


def test_the_training_ends_are_the_providers_own_else_those_of_the_catalogue() -> None:
    catalog, azure = load(), BUILT_IN.find("azure", None)
    bases = [BASE, "llama3:8b"]
    there = training_ends(bases, catalog, azure, "existing")
    assert {name: one.day for name, one in there.items()} == {BASE: date(2027, 4, 14)}
    here = training_ends(bases, catalog, BUILT_IN.find("openai", None), "")
    assert {name: one.day for name, one in here.items()} == {BASE: date(2027, 1, 6)}
    assert here[BASE].source.startswith("https://")
    assert here[BASE].as_of is not None
