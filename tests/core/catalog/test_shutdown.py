"""When models stop: their own word, that of their base, or what the catalogue knows."""

from __future__ import annotations

import pytest

from tui.core.catalog.models import load
from tui.core.catalog.providers import BUILT_IN
from tui.core.catalog.shutdown import Shutdown, shutdown_of
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
