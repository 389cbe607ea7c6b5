"""A job moved to another provider: every setting is carried or named, and what is there fits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.catalog.methods import METHODS
from tui.core.catalog.providers import BUILT_IN
from tui.core.catalog.training import AUTO, Parameter, terms_of
from tui.core.jobs.move.moving import MovedData, NewHome, OldJob, move
from tui.services.jobs.drafts import Draft

if TYPE_CHECKING:
    from tui.core.catalog.providers import ProviderEntry
    from tui.core.catalog.training import Terms
    from tui.core.jobs.move.outcome import MovedJob

TRAINING = [one for one in BUILT_IN.all().values() if one.training is not None]
IDS = [one.id for one in TRAINING]
DATA = MovedData(120, 50_000)


def home(kind: str) -> NewHome:
    entry = BUILT_IN.all()[kind]
    return NewHome(entry, terms_of(entry))


def old(kind: str, method: Any = "supervised", texts: Any = None, **settings: str) -> OldJob:
    terms = terms_of(BUILT_IN.all()[kind])
    return OldJob(terms, method, "base", "base", texts or {}, settings)


def carried(moved: MovedJob) -> dict[str, str]:
    return {one.becomes: one.now for one in moved.carried if one.becomes}


def left(moved: MovedJob) -> dict[str, str]:
    return {one.name: one.why for one in moved.left}


# -- property ----------------------------------------------------------------------------


WHOLE = st.integers(0, 400).map(str)
NUMBER = st.floats(0, 3, allow_nan=False).map(lambda value: f"{value:.4g}")


# Each of them is made once: made again for each example, it would be looked into again as well.
@cache
def values(parameter: Parameter) -> st.SearchStrategy[str]:
    """Texts that the parameter reads, auto among them."""
    if parameter.kind == "switch":
        return st.sampled_from(["yes", "no", AUTO])
    if parameter.kind == "word":
        return st.sampled_from([*parameter.words, AUTO])
    found = WHOLE if parameter.kind == "whole" else st.one_of(NUMBER, st.just("2e-5"))

    def fits(text: str) -> bool:
        try:
            parameter.read(text)
        except ValueError:
            return False
        return True

    return st.one_of(st.just(AUTO), found.filter(fits))


ENTRIES = st.sampled_from(TRAINING)
SUFFIXES = st.one_of(st.just(""), st.text("abcXYZ019-._", min_size=1, max_size=64))
SEEDS = st.sampled_from(["", "0", "7"])
METADATA = st.sampled_from(["", "team=a"])
PROJECTS = st.sampled_from(["", "p"])
VALIDATION = st.sampled_from(["", "v.jsonl"])
UNREAD = st.dictionaries(st.just("rare_thing"), st.just("3"))


@cache
def several(parameters: tuple[Parameter, ...]) -> st.SearchStrategy[list[Parameter]]:
    """Some of the parameters, in any order."""
    return st.lists(st.sampled_from(parameters), unique_by=lambda one: one.id)


def validation(draw: st.DrawFn, method: str, terms: Terms) -> str:
    if method == "reinforcement":  # there is no such job without one
        return "v.jsonl"
    return draw(VALIDATION) if method not in terms.no_validation else ""


@st.composite
def jobs(draw: st.DrawFn) -> tuple[OldJob, ProviderEntry]:
    entry = draw(ENTRIES)
    terms = terms_of(entry)
    method = draw(st.sampled_from(terms.methods))
    chosen = draw(several(terms.of(method)))
    settings = {one.id: draw(values(one)) for one in chosen}
    texts = {
        "suffix": draw(SUFFIXES) if terms.suffix_most else "",
        "seed": draw(SEEDS) if terms.seed else "",
        "metadata": draw(METADATA) if terms.metadata else "",
        "wandb_project": draw(PROJECTS) if terms.integrations else "",
        "validation": validation(draw, method, terms),
        "grader": '{"type": "x"}' if method == "reinforcement" else "",
    }
    unread = draw(UNREAD)
    return OldJob(terms, method, "base", "base", texts, settings, unread), entry


@given(jobs(), st.sampled_from(IDS), st.booleans())
def test_everything_is_carried_or_named_and_what_is_carried_fits(
    job: tuple[OldJob, ProviderEntry], kind: str, chosen_only: bool
) -> None:
    before, came_from = job
    there = home(kind)
    moved = move(before, there, DATA, chosen_only=chosen_only)
    said = [one.name for one in moved.carried] + [one.name for one in moved.left]
    had = {name for name, text in before.settings.items() if text.strip() != AUTO}
    had |= {name for name, text in before.texts.items() if text}
    had |= set(before.unread)
    assert sorted(name for name in said if name != "method") == sorted(had)
    for name in moved.settings:
        parameter = there.terms.parameter(name)
        assert parameter is not None
        assert parameter.fits(moved.method)
    if moved.blocked:
        return
    draft = Draft(
        training="t.jsonl", model="m", method=moved.method, settings=moved.settings,
        **{"suffix": "", **moved.texts},  # type: ignore[arg-type]
    )  # fmt: skip
    assert draft.problems(there.terms) == {}
    if kind == came_from.id:  # at home nothing changes
        assert moved.settings == {n: t for n, t in before.settings.items() if t.strip() != AUTO}
        assert not [one for one in moved.left if one.name not in before.unread]


# -- by example --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "there", "settings", "becomes"),
    [
        ("openai", "azure", {"n_epochs": "3", "lr_multiplier": "0.5"},
         {"n_epochs": "3", "lr_multiplier": "0.5"}),
        ("openai", "together", {"lr_multiplier": "2", "batch_size": "8"},
         {"learning_rate": "2e-05", "batch_size": "8"}),
        ("together", "openai", {"learning_rate": "3e-5"}, {"lr_multiplier": "3"}),
        ("nebius", "fireworks", {"learning_rate": "2e-5", "lora": "yes", "lora_r": "16"},
         {"learning_rate": "2e-5", "lora_rank": "16"}),
        ("fireworks", "nebius", {"lora_rank": "16"}, {"lora": "yes", "lora_r": "16"}),
        ("nebius", "together", {"lora": "yes", "lora_alpha": "32.0"},
         {"lora": "yes", "lora_alpha_whole": "32"}),
        ("openai", "fireworks", {"batch_size": "16"}, {"batch_samples": "16"}),
        # 120 examples by 10, twice: 24 steps.
        ("nebius", "fireworks", {"warmup_ratio": "0.25", "batch_size": "10", "n_epochs": "2"},
         {"warmup_steps": "6", "batch_samples": "10", "n_epochs": "2"}),
        ("fireworks", "nebius", {"warmup_steps": "6", "batch_samples": "10", "n_epochs": "2"},
         {"warmup_ratio": "0.25", "batch_size": "10", "n_epochs": "2"}),
        ("nebius", "lab", {"n_epochs": "3", "lora": "yes"}, {"n_epochs": "3"}),
    ],
)  # fmt: skip
def test_what_differs_is_converted(
    here: str, there: str, settings: dict[str, str], becomes: dict[str, str]
) -> None:
    moved = move(old(here, **settings), home(there), DATA)
    assert moved.settings == becomes
    assert carried(moved).items() <= becomes.items()


@pytest.mark.parametrize(
    ("here", "there", "settings", "name", "why"),
    [
        ("openai", "nebius", {"lr_multiplier": "2"}, "lr_multiplier", "takes an absolute rate"),
        ("nebius", "openai", {"learning_rate": "2e-5"}, "learning_rate", "takes a multiplier"),
        ("nebius", "fireworks", {"lora": "no"}, "lora", "trains by LoRA alone"),
        ("nebius", "together", {"lora": "yes", "lora_alpha": "0.5"}, "lora_alpha", "whole number"),
        ("nebius", "fireworks", {"warmup_ratio": "0.1"}, "warmup_ratio", "steps there are is not"),
        ("fireworks", "openai", {"early_stop": "yes"}, "early_stop", "not offered"),
        ("azure", "openai", {"training_type": "Developer"}, "training_type", "not offered"),
        ("nebius", "lab", {"lora": "yes"}, "lora", "how it trains is not chosen"),
        ("fireworks", "openai", {"batch_samples": "300"}, "batch_samples", "from 1 to 256"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_says_why(
    here: str, there: str, settings: dict[str, str], name: str, why: str
) -> None:
    moved = move(old(here, **settings), home(there), DATA)
    assert why in left(moved)[name]
    assert name not in moved.settings


def test_dpo_is_trained_on_the_chosen_answers_only_if_that_is_wanted() -> None:
    before = old("openai", "dpo", beta="0.1", n_epochs="2")
    refused = move(before, home("nebius"), DATA)
    assert "offers no DPO" in refused.blocked
    assert refused.method == "dpo"
    moved = move(before, home("nebius"), DATA, chosen_only=True)
    assert (moved.method, moved.chosen_only, moved.blocked) == ("supervised", True, "")
    assert moved.settings == {"n_epochs": "2"}
    assert left(moved) == {"beta": "not offered at nebius"}
    # Where DPO is offered, the wish changes nothing; beta has another bound at Fireworks.
    kept = move(before, home("fireworks"), DATA, chosen_only=True)
    assert (kept.method, kept.chosen_only) == ("dpo", False)
    assert kept.settings["beta_below_half"] == "0.1"
    wide = move(old("openai", "dpo", beta="1.5"), home("fireworks"), DATA)
    assert "below 0.5" in left(wide)["beta"]
    # A base whose trainer takes beta with pairs alone.
    lab = home("lab")
    only = NewHome(lab.provider_entry, replace(lab.terms, methods=("supervised",)))
    assert "it does not go with supervised" in left(move(before, only, chosen_only=True))["beta"]


def test_reinforcement_goes_only_where_it_is_offered() -> None:
    moved = move(old("bedrock", "reinforcement"), home("lab"), DATA, chosen_only=True)
    assert "lab offers no reinforcement, only supervised, dpo" in moved.blocked
    assert set(METHODS) > {moved.method}


def test_fields_are_cut_or_named() -> None:
    texts = {"suffix": "a-rather-long-suffix-for-azure", "seed": "7", "metadata": "team=a"}
    moved = move(old("openai", texts=texts), home("azure"), DATA)
    assert moved.texts == {"suffix": "a-rather-long-suff", "seed": "7", "metadata": "team=a"}
    assert "18 characters" in next(one.how for one in moved.carried if one.name == "suffix")
    moved = move(old("openai", texts=texts), home("fireworks"), DATA)
    assert left(moved).keys() == {"seed", "metadata"}
    moved = move(old("openai", texts={"suffix": "--"}), home("azure"), DATA)
    assert "nothing of it" in left(moved)["suffix"]


def test_sizes_and_counts_are_in_the_way() -> None:
    few = move(old("openai"), home("bedrock"), MovedData(20, 1000)).blocked
    assert "only" in few  # supervised is not offered there at all
    few = move(old("openai"), home("openai"), MovedData(5, 1000)).blocked
    assert "10 examples at least, and there are 5" in few
    large = move(old("openai"), home("azure"), MovedData(500, 600_000_000)).blocked
    assert "512 MB at most" in large
    many = move(old("openai"), home("fireworks"), MovedData(3_000_001, 1000)).blocked
    assert "3,000,000 examples at most" in many


def test_what_is_worth_knowing_is_said() -> None:
    before = replace(old("openai"), base="ft:m:o:s:1", root="m")
    notes = " · ".join(move(before, home("lab"), MovedData(50, 100, tools=3)).notes)
    assert "it went on from ft:m:o:s:1" in notes
    assert "3 examples with tools, which lab takes no notice of" in notes
    azure = move(old("openai"), home("azure"), DATA).notes
    assert any("$1.70 an hour" in one for one in azure)


def test_hostile_values_are_shown_as_text() -> None:
    before = OldJob(
        terms_of(BUILT_IN.all()["openai"]), "supervised", "b", "b", {"suffix": "\x1b[2J"}, {},
        {"\x1b]0;x\x07": "\x1b[31m" * 50},
    )  # fmt: skip
    for line in move(before, home("lab"), DATA).lines:
        assert "\x1b" not in line
        assert len(line) < 300
