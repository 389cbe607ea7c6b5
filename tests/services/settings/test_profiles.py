"""Profiles from the configuration and the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tui.services.errors import InputError
from tui.services.settings.locations import Locations
from tui.services.settings.profiles import OPENAI_URL, ProfileBook

if TYPE_CHECKING:
    from pathlib import Path


def load(home: Path, config: str = "", **environ: str) -> ProfileBook:
    environ["FINETUI_HOME"] = str(home)
    places = Locations.standard(environ)
    if config:
        places.config.mkdir(exist_ok=True)
        places.config_file.write_text(config)
    return ProfileBook.load(places, environ)


def test_a_bare_machine_has_the_lab(tmp_path: Path) -> None:
    book = load(tmp_path)
    profile = book.get()
    assert (profile.name, profile.kind, profile.bills) == ("lab", "lab", False)
    with pytest.raises(InputError, match="openai") as caught:
        book.get("openai")
    assert "OPENAI_API_KEY" in caught.value.next_step


def test_a_key_makes_openai_the_default(tmp_path: Path) -> None:
    book = load(tmp_path, OPENAI_API_KEY="sk-1")
    assert book.names == ("lab", "openai")
    assert book.get().base_url == OPENAI_URL
    assert book.get().bills
    other = load(tmp_path, OPENAI_API_KEY="sk-1", OPENAI_BASE_URL="http://127.0.0.1:1/v1")
    assert other.get().base_url == "http://127.0.0.1:1/v1"
    assert load(tmp_path, OPENAI_API_KEY="sk-1", FINETUI_PROFILE="lab").get().kind == "lab"


def test_profiles_of_the_configuration(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        'default_profile = "nebius"\n'
        "[profiles.nebius]\n"
        'base_url = "https://api.tokenfactory.nebius.com/v1/"\n'
        'api_key_env = "NEBIUS_KEY"\n'
        "read_only = true\n"
        "[profiles.near]\n"
        'base_url = "http://localhost:8000/v1"\n'
        "timeout = 5\n"
        "[profiles.openai]\n"
        'api_key = "sk-2"\n',
        NEBIUS_KEY="nb-1",
        OPENAI_API_KEY="sk-1",
    )
    nebius = book.get()
    assert (nebius.kind, nebius.api_key) == ("nebius", "nb-1")
    assert nebius.read_only
    assert nebius.bills
    assert not book.get("near").bills
    assert book.get("near").api_key is None
    assert book.get("near").timeout == 5
    assert book.get("openai").api_key == "sk-2"


@pytest.mark.parametrize(
    ("url", "base_url"),
    [
        ("", "https://api.fireworks.ai"),
        ("https://api.fireworks.ai/inference/v1/", "https://api.fireworks.ai"),
        ("https://api.fireworks.ai/v1", "https://api.fireworks.ai"),
        ("https://gateway.example/fw/v1", "https://gateway.example/fw"),
    ],
)
def test_the_account_stands_in_the_paths(tmp_path: Path, url: str, base_url: str) -> None:
    address = f'base_url = "{url}"\n' if url else ""
    table = f'[profiles.far]\nkind = "fireworks"\n{address}'
    far = load(tmp_path, f'{table}account = "accounts/acme"\n').get("far")
    assert (far.base_url, far.account) == (base_url, "acme")
    assert far.provider_entry.paths.files == "/v1/accounts/acme/datasets"
    assert far.provider_entry.paths.chat == "/inference/v1/chat/completions"
    bare = load(tmp_path, table).get("far")
    assert bare.account is None
    assert "{account}" in bare.provider_entry.paths.files


@pytest.mark.parametrize(
    ("config", "line", "words"),
    [
        ("a = 1\nb = = 2\n", 2, "line 2"),
        ("profiles = 3\n", 1, "not a table"),
        ('[profiles.a]\nbase_url = "http://x/v1"\n[profiles.b]\nbase_url = "x"\n', 4, "base_url"),
        ("[profiles.lab]\n\n[profiles.a]\n", 3, "no base_url"),
        ('[profiles.a]\nbase_url = "http://x"\nread_only = "yes"\n', 3, "read_only"),
        ('[profiles.a]\nbase_url = "http://x"\ntimeout = 0\n', 3, "timeout"),
        ('[profiles.a]\nbase_url = "http://x"\nbase_uri = "y"\n', 3, "base_uri"),
        ('[profiles.a]\nbase_url = "http://x"\naccount = "a/b"\n', 3, "account"),
        ('[profiles.lab]\naccount = "acme"\n', 2, "account"),
        ("default_profile = 3\n", 1, "default_profile"),
        ('default_profile = ""\n', 1, "default_profile is empty"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, config: str, line: int, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, config)
    assert f"line {line}" in caught.value.cause
    assert words in caught.value.cause
    assert "config.toml" in caught.value.cause


@pytest.mark.parametrize(
    ("config", "step"),
    [
        ("prices = {gpt-4.1-mini-2025-04-14 = 3}", '"gpt-4.1-mini-2025-04-14" = …'),
        ("prices.gpt-4.1 = 3", '"gpt-4.1" = …'),
        ("[profiles.a.prices]\ngpt-4.1.2-x = 3", '"gpt-4.1.2-x" = …'),
        ("[profiles.a.prices]\nft:gpt-4.1:x = 3", '"ft:gpt-4.1:x" = …'),
        ("[profiles.a.prices]\nQwen/Qwen3-0.6B = 3", '"Qwen/Qwen3-0.6B" = …'),
        ('[profiles.my.server]\nbase_url = "http://x/v1"', '[profiles."my.server"]'),
    ],
)
def test_a_name_with_dots_and_no_quotes_is_told_to_need_them(
    tmp_path: Path, config: str, step: str
) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, f'[profiles.a]\nbase_url = "http://x/v1"\n{config}\n')
    assert step in caught.value.next_step


def test_a_bad_address_in_the_environment(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ftp"):
        load(tmp_path, OPENAI_API_KEY="k", OPENAI_BASE_URL="ftp://x")
