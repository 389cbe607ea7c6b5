"""The other settings of a profile: headers, proxy, certificates, account, and who says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.services.settings.test_profiles import load
from tui.core.text.masking import mask
from tui.services.errors import InputError
from tui.services.settings.locations import Locations
from tui.services.settings.profiles import ProfileBook
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.server import FaultServer

FAR = "https://gateway.example/v1"


async def test_every_request_carries_the_headers_of_its_profile(
    tmp_path: Path, server: FaultServer
) -> None:
    config = (
        f'[profiles.far]\nbase_url = "{server.url}"\norganization = "org-1"\nproject = "proj-1"\n'
        'headers = { "X-Team" = "a b", "x-virtual-key" = { env = "VIRTUAL" } }\n'
    )
    load(tmp_path, config)
    environ = {"FINETUI_HOME": str(tmp_path), "VIRTUAL": "vk-0123456789", "OPENAI_ORG_ID": "no"}
    workspace = await Workspace.open("far", environ=environ)
    try:
        await workspace.jobs.list()
    finally:
        await workspace.close()
    headers = server.seen[0].headers
    assert headers["openai-organization"] == "org-1"
    assert headers["openai-project"] == "proj-1"
    assert headers["x-team"] == "a b"
    assert headers["x-virtual-key"] == "vk-0123456789"
    assert "vk-0123456789" not in mask("vk-0123456789")
    assert "vk-0123456789" not in repr(workspace.profile)


def test_a_header_whose_variable_is_empty(tmp_path: Path) -> None:
    config = f'[profiles.far]\nbase_url = "{FAR}"\nheaders = {{ "X-Key" = {{ env = "NONE" }} }}\n'
    problem = load(tmp_path, config).get("far").problem
    assert problem is not None
    assert "variable NONE is empty" in problem[0]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('headers = "X: 1"', "headers must be a table"),
        ("headers = { X = 1 }", "headers X must be a text"),
        ('headers = { "X Y" = "1" }', "a name that no header has"),
        ('headers = { Authorization = "Bearer x" }', "headers cannot set Authorization"),
        ('headers = { X = "a\\nb" }', "a character that no header can carry"),
        ('headers = { X = { env = "no name" } }', "name of an environment variable"),
        ('organization = "ä"', "organization holds a character"),
        ('proxy = "nowhere"', "proxy must be an address"),
        ('proxy = "ftp://h:1"', "proxy must be an address"),
        ('proxy = "http://h:99999"', "proxy must be an address"),
        ("proxy = 3", "proxy must be a text"),
        ("account = 3", "account must be a text"),
        ("ca_file = 3", "ca_file must be a text"),
        ("connect_timeout = 0", "connect_timeout must be a number of seconds"),
        ('kind = "custom"', "unknown kind 'custom'"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, config: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, f'[profiles.far]\nbase_url = "{FAR}"\n{config}\n')
    assert words in caught.value.cause
    assert "line 3" in caught.value.cause


def test_settings_are_read(tmp_path: Path) -> None:
    config = (
        '[profiles.fw]\nkind = "fireworks"\naccount = "acme"\nproxy = "http://u:pa55word@p:1"\n'
        'ca_file = "own.pem"\nconnect_timeout = 2\nbase_url = "http://127.0.0.1:9"\n'
    )
    profile = load(tmp_path, config).get("fw")
    assert (profile.kind, profile.account, profile.connect_timeout) == ("fireworks", "acme", 2)
    assert profile.base_url == "http://127.0.0.1:9"
    assert profile.ca_file == tmp_path / "config" / "own.pem"
    assert "pa55word" not in mask("pa55word")
    assert "pa55word" not in repr(profile)


@pytest.mark.parametrize("kind", ["openai", "azure", "nebius", "bedrock", "crusoe", "portkey",
                                  "together", "fireworks", "compatible", "lab"])  # fmt: skip
def test_every_kind_takes_an_address_of_its_own(tmp_path: Path, kind: str) -> None:
    config = f'[profiles.far]\nkind = "{kind}"\nbase_url = "http://127.0.0.1:9/v1"\n'
    profile = load(tmp_path, config).get("far")
    assert profile.kind == kind
    assert (profile.base_url or "").startswith("http://127.0.0.1:9")
    assert not profile.bills
    assert profile.provider_entry.id == ("compatible" if kind == "openai" else kind)
    assert not profile.embedded


# -- the file, the environment, the command line ----------------------------------------


def book(home: Path, said: dict[str, str], **environ: str) -> ProfileBook:
    environ["FINETUI_HOME"] = str(home)
    return ProfileBook.load(Locations.standard(environ), environ, chosen="far", said=said)


def test_the_command_line_is_above_the_environment_above_the_file(tmp_path: Path) -> None:
    config = f'[profiles.far]\nbase_url = "{FAR}"\ntimeout = 1\n[profiles.near]\ntimeout = 1\n'
    load(tmp_path, config + f'base_url = "{FAR}"\n')
    assert book(tmp_path, {}).get("far").timeout == 1
    assert book(tmp_path, {}, FINETUI_TIMEOUT="2").get("far").timeout == 2
    both = book(tmp_path, {"timeout": "3"}, FINETUI_TIMEOUT="2", FINETUI_READ_ONLY="true")
    assert both.get("far").timeout == 3
    assert both.get("far").read_only
    assert (both.get("near").timeout, both.get("near").read_only) == (1, False)
    more = book(tmp_path, {"budget": "2.50", "proxy": "none", "organization": "123"}).get("far")
    assert (str(more.money.budget), more.proxy) == ("2.50", "none")
    assert more.headers == {"OpenAI-Organization": "123"}


@pytest.mark.parametrize(
    ("said", "environ", "words"),
    [
        ({"timeout": "soon"}, {}, "--setting timeout must be a number"),
        ({}, {"FINETUI_TIMEOUT": "soon"}, "the variable FINETUI_TIMEOUT must be a number"),
        ({}, {"FINETUI_READ_ONLY": "maybe"}, "FINETUI_READ_ONLY must be true or false"),
        ({"base_url": "http://evil/v1"}, {}, "--setting knows no base_url"),
        ({"tiemout": "1"}, {}, "did you mean timeout"),
    ],
)
def test_what_cannot_be_used_is_named_with_who_says_it(
    tmp_path: Path, said: dict[str, str], environ: dict[str, str], words: str
) -> None:
    load(tmp_path, f'[profiles.far]\nbase_url = "{FAR}"\n')
    with pytest.raises(InputError) as caught:
        book(tmp_path, said, **environ)
    assert words in caught.value.cause


def test_a_table_of_openai_without_a_key_is_there_and_says_so(tmp_path: Path) -> None:
    found = load(tmp_path, "[profiles.openai]\nbudget = 5\n")
    assert found.names == ("lab", "openai")
    assert found.default == "lab"
    assert found.get("openai").wants_key
