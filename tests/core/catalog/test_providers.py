"""What providers allow of files, and what is assumed of those nobody knows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.limits import file_limits
from tui.core.catalog.provider_entries import read_entries
from tui.core.catalog.providers import BUILT_IN, PART_BYTES, ProviderCatalog
from tui.core.checks import RULES

GB = 1_000_000_000


def test_each_provider_has_its_own_limits() -> None:
    openai = file_limits("openai", "https://api.openai.com/v1")
    assert openai.in_parts(GB)
    assert not openai.in_parts(500_000_000)
    assert "8.0 GB at most" in openai.problem(9 * GB)
    assert openai.part_bytes == PART_BYTES
    azure = file_limits("custom", "https://mine.openai.azure.com/openai/v1/")
    assert not azure.in_parts(GB)
    assert "Azure" in azure.problem(GB)
    assert "Blob" in azure.larger
    assert azure.wants_bom
    assert not openai.wants_bom
    nebius = file_limits("custom", "https://api.tokenfactory.nebius.com/v1/")
    assert (nebius.problem(3 * GB), nebius.in_parts(3 * GB)) == ("", False)
    lab = file_limits("lab", None)
    assert lab.in_parts(GB)


@pytest.mark.parametrize(
    "url", ["https://mine.openai.azure.com/openai/v1/", "https://api.openai.com/v1"]
)
def test_what_a_provider_takes_are_rules_that_exist(url: str) -> None:
    assert file_limits("custom", url).takes <= RULES.keys()


def test_a_server_nobody_knows_is_taken_to_allow_what_openai_does() -> None:
    unknown = file_limits("custom", "http://127.0.0.1:8000/v1")
    assert not unknown.known
    assert unknown.in_parts(GB)
    assert "is taken to allow" in unknown.problem(9 * GB)
    assert not file_limits("custom", "https://evil.example/api.openai.com").known


def test_a_profile_overrides_them_but_no_part_is_larger_than_allowed() -> None:
    own = file_limits("openai", "https://api.openai.com/v1", 1000, 10 * GB)
    assert own.in_parts(1001)
    assert own.part_bytes == 67_108_864
    assert file_limits("custom", "http://x/v1", None, 7).part_bytes == 7


def test_prices_of_ones_own_stand_before_those_built_in_and_not_instead() -> None:
    own = read_entries(
        '[[providers]]\nid = "azure"\n[[providers.hourly]]\non = "Standard"\nusd = "2.00"\n'
        '[[providers.keeping]]\nwhat = "files"\nusd = "0.10"\nfree_gb = "1"\n'
    )
    azure = ProviderCatalog(own).find("azure", None)
    found = {rate.on: rate.usd for rate in reversed(azure.hourly)}
    assert found["Standard"] == Decimal("2.00")
    assert "Developer" in found  # its note is there still
    rate = azure.keep_rate("files")
    assert rate is not None
    assert (rate.usd, rate.free_gb) == (Decimal("0.10"), Decimal(1))
    assert azure.keep_rate("models") is None
    openai = BUILT_IN.find("openai", "https://api.openai.com/v1").keep_rate("models")
    assert openai is not None
    assert openai.usd == 0


def test_what_code_would_ask_a_providers_id_for_is_a_key_of_its_entry() -> None:
    known = BUILT_IN.all().values()
    assert {one.id for one in known if one.catalog_prices} == {"lab", "openai"}
    assert {one.id for one in known if one.tuned_by_name} == {"lab", "openai", "azure"}
    assert {one.id for one in known if one.deployments_apart} == {"azure"}
    own = read_entries(
        '[[providers]]\nid = "acme"\ncatalog_prices = true\n'
        '[[providers]]\nid = "azure"\ndeployments_apart = false\n'
    )
    found = ProviderCatalog(own)
    assert found.find("acme", None).catalog_prices
    assert not found.find("acme", None).tuned_by_name
    assert not found.find("azure", None).deployments_apart
