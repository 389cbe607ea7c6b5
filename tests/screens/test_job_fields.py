"""Which fields a job's form has, by provider and by what else is typed."""

from __future__ import annotations

from dataclasses import replace

from tui.core.catalog.training import terms
from tui.screens.jobs.form.fields import common_lines, fold_words, folded_lines, origin_words, shown
from tui.services.jobs.drafts import Draft

NEBIUS = terms("custom", "https://api.tokenfactory.nebius.com/v1/")
OPENAI = terms("openai", "https://api.openai.com/v1")


def test_nebius_has_an_absolute_rate_and_lora() -> None:
    lines = {line.name: line for line in folded_lines(NEBIUS)}
    assert "absolute" in lines["learning_rate"].hint
    assert "lr_multiplier" not in lines
    assert "wandb_project" not in lines
    plain, lora = Draft(), Draft(settings={"lora": "yes"})
    assert not shown("lora_r", plain, NEBIUS)
    assert shown("lora_r", lora, NEBIUS)
    assert fold_words(lora, NEBIUS) == "LoRA yes"
    assert "LoRA rank" not in fold_words(plain, NEBIUS)


def test_beta_belongs_to_dpo() -> None:
    assert "beta" in [line.name for line in common_lines(OPENAI)]
    assert not shown("beta", Draft(), OPENAI)
    assert shown("beta", Draft(method="dpo"), OPENAI)
    assert "grader" not in [line.name for line in common_lines(OPENAI)]


def test_changes_in_words() -> None:
    was = Draft(model="base", seed="7", settings={"n_epochs": "3"}, origin="ftjob-1")
    draft = replace(was, was=was)
    assert origin_words(draft, OPENAI) == "Like ftjob-1; nothing changed."
    now = replace(draft, seed="", method="dpo", settings={"n_epochs": "4"})
    said = origin_words(now, OPENAI)
    assert "Seed 7 → empty" in said
    assert "Epochs 3 → 4" in said
    assert "Method supervised → dpo" in said
