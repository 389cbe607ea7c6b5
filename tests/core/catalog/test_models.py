from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.catalog.models import CatalogError, base_of, load

CATALOG = load()


@pytest.mark.parametrize(
    ("model", "base"),
    [
        ("gpt-4.1", "gpt-4.1-2025-04-14"),
        ("gpt-4.1-2025-04-14", "gpt-4.1-2025-04-14"),
        ("ft:gpt-4.1-2025-04-14:org:fern:abc123", "gpt-4.1-2025-04-14"),
        ("ft:gpt-4.1-mini-2025-04-14:org::abc:ckpt-step-12", "gpt-4.1-mini-2025-04-14"),
        ("gpt-4.1-2025-04-14.ft-0123abcd", "gpt-4.1-2025-04-14"),
        ("openai/gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
        ("ft:lab-small:local:fern:ab12", "lab-small"),
        ("lab-micro", "lab-micro"),
    ],
)
def test_ids_lead_to_their_base(model: str, base: str) -> None:
    facts = CATALOG.find(model)
    assert (facts.id, facts.base, facts.known) == (model, base, True)


@pytest.mark.parametrize(
    ("model", "encoding", "exact"),
    [
        ("ft:gpt-4.1-2025-04-14:o:s:1", "o200k_base", True),
        ("ft:gpt-4.1-nano:o:s:1", "o200k_base", True),
        ("gpt-4.1-2026-01-01", "o200k_base", True),
        ("gpt-4o-2024-05-13", "o200k_base", True),
        ("gpt-5.6-sol", "o200k_base", True),
        ("ft:o4-mini-2025-04-16:o::1", "o200k_base", True),
        ("openai/gpt-oss-20b", "o200k_base", True),
        ("gpt-4", "cl100k_base", True),
        ("gpt-4-turbo", "cl100k_base", True),
        ("ft:gpt-4-0613:o::1", "cl100k_base", True),
        ("ft:gpt-3.5-turbo-0125:o:s:1", "cl100k_base", True),
        ("davinci-002", "cl100k_base", True),
        ("gpt-6-luna", "o200k_base", False),
        ("gpt-40", "o200k_base", False),
        ("meta-llama/Llama-3.1-8B-Instruct", "o200k_base", False),
        ("lab-small", "o200k_base", False),
        ("", "o200k_base", False),
    ],
)
def test_encodings(model: str, encoding: str, exact: bool) -> None:
    facts = CATALOG.find(model)
    assert (facts.encoding, facts.exact) == (encoding, exact)


@given(st.text(max_size=30))
def test_any_id_is_found(model: str) -> None:
    assert CATALOG.find(model).id == model
    assert isinstance(base_of(model), str)


def test_every_entry_names_source_and_dates() -> None:
    assert len(CATALOG.models) > 8
    for facts in CATALOG.models:
        assert facts.source
        assert facts.price_training is None or facts.as_of is not None
        if facts.shutdown and facts.no_new_jobs_after:
            assert facts.no_new_jobs_after <= facts.shutdown


def test_the_prices_of_a_base_have_a_day_of_their_own_or_are_unknown() -> None:
    """As in the sources; what no source says stays unknown, and then no answer has a price."""
    known = {
        "gpt-4.1-2025-04-14": ("2.00", "8.00"),
        "gpt-4.1-mini-2025-04-14": ("0.40", "1.60"),
        "gpt-4o-2024-08-06": ("2.50", "10.00"),
        "gpt-4o-mini-2024-07-18": ("0.15", "0.60"),
    }
    for facts in CATALOG.models:
        asked, tuned = CATALOG.to_chat(facts.id), CATALOG.to_chat(f"ft:{facts.id}:me::x")
        prices = (asked.price_input, asked.price_output)
        if facts.id in known:
            assert prices == tuple(map(Decimal, known[facts.id]))
            assert (asked.as_of, tuned.as_of) == (date(2026, 11, 22), date(2025, 7, 1))
        elif not facts.id.startswith("lab-"):
            assert prices == (None, None)
        assert tuned.price_input == facts.price_input


def test_what_can_be_trained() -> None:
    ids = [m.id for m in CATALOG.trainable]
    assert ids[:2] == ["lab-small", "lab-micro"]
    assert "gpt-4.1-2025-04-14" in ids
    assert "gpt-3.5-turbo-0125" not in ids
    facts = CATALOG.find("gpt-4.1")
    assert facts.takes_jobs(date(2027, 1, 6))
    assert not facts.takes_jobs(date(2027, 1, 7))
    assert not CATALOG.find("gpt-4.1-nano").takes_jobs(date(2026, 11, 22))
    assert CATALOG.find("lab-small").takes_jobs(date(2090, 1, 1))
    assert CATALOG.find("llama").takes_jobs(date(2090, 1, 1))


def test_an_own_file_overrides_and_adds(tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text(
        '[[models]]\nid = "gpt-4.1-2025-04-14"\nprice_training = "20.00"\ncurrency = "EUR"\n'
        '[[models]]\nid = "our-llama"\naliases = ["llama"]\ntraining_limit = 8192\n'
        'methods = ["dpo"]\n'
    )
    catalog = load(own)
    facts = catalog.find("gpt-4.1")
    assert (facts.price_training, facts.currency) == (Decimal("20.00"), "EUR")
    assert facts.training_limit == 65536
    ours = catalog.find("llama")
    assert (ours.base, ours.exact, ours.training_limit) == ("our-llama", False, 8192)
    assert "our-llama" in [m.id for m in catalog.trainable]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[models", "models.toml"),
        ("[[models]]\nprice_training = 1", "id ="),
        ('[[models]]\nid = "a"\nprice_training = "cheap"', "not an amount of money"),
        ('[[models]]\nid = "a"\nepochs = "ours"', "no epoch rule 'ours'"),
        ('[[models]]\nid = "a"\ncolour = "red"', "colour"),
        ('[[models]]\nid = "a"\nencoding = "b"', "o200k_base, cl100k_base"),
        ("[epochs.x]\ncolour = 1", "epochs.x"),
        ('models = ["a"]', "id ="),
        ('[[encodings]]\nprefixes = ["a"]', "encoding"),
    ],
)
def test_a_bad_file_is_explained(tmp_path: Path, text: str, words: str) -> None:
    own = tmp_path / "models.toml"
    own.write_text(text)
    with pytest.raises(CatalogError, match=words):
        load(own)
