"""Jobs as they are typed: what is wrong, what is asked for, clones, presets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tui.core.catalog.training import terms
from tui.core.jobs.jobs import parse_job
from tui.services.errors import InputError
from tui.services.jobs.drafts import Draft, draft_from_job, pairs, read_grader
from tui.services.settings.locations import Locations
from tui.services.settings.presets import Presets

if TYPE_CHECKING:
    from pathlib import Path

USUAL = terms("custom", None)
NEBIUS = terms("custom", "https://api.tokenfactory.nebius.com/v1/")
FULL = Draft(training="t.jsonl", model="base", suffix="fern", seed="7")


def test_problems_are_told_by_field() -> None:
    assert FULL.problems(USUAL) == {}
    empty = Draft(seed="x", suffix="two words", metadata="alone").problems(USUAL)
    assert set(empty) == {"training", "model", "seed", "suffix", "metadata"}
    assert "key=value" in empty["metadata"]
    tags = replace(FULL, wandb_tags="a, b").problems(USUAL)
    assert "project" in tags["wandb_project"]
    lora = replace(FULL, settings={"lora_r": "8"})
    assert "not offered" in lora.problems(USUAL)["lora_r"]
    assert lora.problems(NEBIUS) == {}
    azure = terms("custom", "https://mine.openai.azure.com/openai/v1/")
    assert "1 to 18" in replace(FULL, suffix="x" * 19).problems(azure)["suffix"]


def test_the_request_of_a_provider_with_other_words() -> None:
    draft = replace(FULL, settings={"learning_rate": "2e-5", "lora": "yes", "lora_r": "16"})
    body = draft.request(NEBIUS, "file-1").body("n")
    assert body["hyperparameters"] == {
        "learning_rate_multiplier": 2e-5,
        "lora": True,
        "lora_r": 16,
    }
    assert "method" not in body


def test_everything_typed_is_asked_for() -> None:
    draft = replace(
        FULL,
        method="dpo",
        settings={"n_epochs": "2", "batch_size": "auto", "beta": "0.2"},
        metadata='team=a run="two words"',
        wandb_project="moss",
        wandb_tags="a, b",
    )
    body = draft.request(USUAL, "file-1", "file-2").body("n")
    assert body["method"] == {
        "type": "dpo",
        "dpo": {"hyperparameters": {"n_epochs": 2, "beta": 0.2}},
    }
    assert body["metadata"] == {"team": "a", "run": "two words", "finetui_nonce": "n"}
    assert body["integrations"] == [
        {"type": "wandb", "wandb": {"project": "moss", "tags": ["a", "b"]}}
    ]
    assert (body["seed"], body["validation_file"]) == (7, "file-2")


def test_reinforcement_needs_a_grader_and_a_validation_file(tmp_path: Path) -> None:
    azure = terms("custom", "https://mine.openai.azure.com/openai/v1/")
    draft = replace(FULL, method="reinforcement", settings={"reasoning_effort": "low"})
    assert set(draft.problems(azure)) == {"validation", "grader"}
    assert "method" in draft.problems(USUAL) or "reinforcement" in USUAL.methods
    path = tmp_path / "grader.json"
    path.write_text('{"type": "string_check"}')
    body = draft.request(azure, "file-1", "file-2", read_grader(str(path))).body("n")
    assert body["method"]["reinforcement"] == {
        "hyperparameters": {"reasoning_effort": "low"},
        "grader": {"type": "string_check"},
    }
    for text in ("[]", str(tmp_path / "none.json"), "{"):
        with pytest.raises(InputError):
            read_grader(text)


def test_a_job_is_taken_over_whole_and_what_changes_is_told() -> None:
    asked = replace(
        FULL,
        training="file-1",
        settings={"n_epochs": "2"},
        metadata="a='b c'",
        wandb_project="moss",
    )
    body = asked.request(USUAL, "file-1").body("nonce")
    hyper = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 1.5}
    job = parse_job({"id": "ftjob-1", "status": "succeeded", "hyperparameters": hyper, **body})
    draft = draft_from_job(job, USUAL)
    assert (draft.training, draft.model, draft.suffix, draft.seed) == (
        "file-1",
        "base",
        "fern",
        "7",
    )
    assert draft.settings == {"n_epochs": "2", "batch_size": "4", "lr_multiplier": "1.5"}
    assert pairs(draft.metadata) == {"a": "b c"}
    assert (draft.wandb_project, draft.origin) == ("moss", "ftjob-1")
    assert draft.changes(USUAL) == {}
    changed = replace(draft, seed="8", settings={**draft.settings, "n_epochs": "auto"})
    assert changed.changes(USUAL) == {"seed": "7", "n_epochs": "2"}
    assert draft_from_job(job, NEBIUS).setting("learning_rate") == "1.5"


async def test_presets_are_kept_by_name(tmp_path: Path) -> None:
    presets = Presets(Locations.standard({"FINETUI_HOME": str(tmp_path)}))
    assert await presets.load() == {}
    draft = replace(FULL, method="dpo", settings={"n_epochs": "4", "beta": "auto"})
    await presets.save("mine", draft.preset())
    await presets.save("other", Draft(model="x").preset())
    assert list(await presets.load()) == ["mine", "other"]
    taken = Draft(training="mine.jsonl").with_preset(await presets.get("mine"))
    assert taken.training == "mine.jsonl"
    assert (taken.model, taken.method, taken.settings) == ("base", "dpo", {"n_epochs": "4"})
    await presets.delete("mine")
    for act in (presets.get("mine"), presets.delete("mine"), presets.save(" ", {})):
        with pytest.raises(InputError):
            await act
    (tmp_path / "config" / "presets.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read"):  # and it is not written over
        await presets.save("again", {})


def test_what_a_provider_has_no_field_for_is_told_where_it_is_typed() -> None:
    fireworks = terms("fireworks", "https://api.fireworks.ai")
    draft = replace(FULL, method="dpo", validation="v.jsonl", metadata="team=a")
    told = draft.problems(fireworks)
    assert set(told) == {"seed", "validation", "metadata"}
    assert told["validation"] == "A validation file is not offered here with dpo."
    fine = replace(draft, seed="", validation="", metadata="")
    assert fine.problems(fireworks) == {}
    with pytest.raises(InputError, match="seed is not offered"):
        replace(fine, seed="7").request(fireworks, "file-1").body("n")
