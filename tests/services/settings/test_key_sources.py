"""Where a key comes from, where it may go, and what a configuration with mistakes does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.services.settings.test_profiles import load
from tui.core.text.masking import mask
from tui.services.errors import InputError
from tui.services.settings.locations import Locations
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

FAR = "https://gateway.example/v1"


def openai(home: Path, config: str, **environ: str) -> tuple[str | None, str]:
    """Return the key that would be sent, and why nothing is."""
    profile = load(home, config, **environ).get("openai")
    return profile.api_key, " ".join(profile.problem or ())


# -- which key goes where ------------------------------------------------------------


def test_the_key_of_openai_goes_to_openai_only(tmp_path: Path) -> None:
    key, problem = openai(
        tmp_path, f'[profiles.openai]\nbase_url = "{FAR}"\n', OPENAI_API_KEY="sk-1"
    )
    assert key is None
    assert "OPENAI_API_KEY is not sent to gateway.example" in problem
    assert "api_key_env" in problem


@pytest.mark.parametrize(
    ("url", "environ_url"),
    [
        ("https://api.openai.com/v1", ""),
        ("https://eu.api.openai.com/v1", ""),
        (FAR, FAR),  # the variable beside the key says the same
        (FAR, "https://gateway.example:8443/other"),
    ],
)
def test_where_the_key_of_openai_is_meant_to_go(tmp_path: Path, url: str, environ_url: str) -> None:
    config = f'[profiles.openai]\nbase_url = "{url}"\n'
    environ = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": environ_url}
    assert openai(tmp_path, config, **environ) == ("sk-1", "")
    assert load(tmp_path, config, **environ).get("openai").ambient


@pytest.mark.parametrize(
    "host", ["api.openai.com.evil.example", "evilapi.openai.com.x", "openai.com"]
)
def test_a_host_that_looks_like_openai(tmp_path: Path, host: str) -> None:
    config = f'[profiles.openai]\nbase_url = "https://{host}/v1"\n'
    key, problem = openai(tmp_path, config, OPENAI_API_KEY="sk-1")
    assert key is None
    assert problem
    assert not load(tmp_path, config, OPENAI_API_KEY="sk-1").get("openai").ambient


def test_naming_the_variable_is_consent(tmp_path: Path) -> None:
    config = f'[profiles.openai]\nbase_url = "{FAR}"\napi_key_env = "OPENAI_API_KEY"\n'
    assert openai(tmp_path, config, OPENAI_API_KEY="sk-1") == ("sk-1", "")
    assert not load(tmp_path, config, OPENAI_API_KEY="sk-1").get("openai").ambient


def test_a_server_on_this_machine_gets_no_key_it_was_not_given(tmp_path: Path) -> None:
    config = '[profiles.openai]\nbase_url = "http://127.0.0.1:1/v1"\n'
    assert openai(tmp_path, config, OPENAI_API_KEY="sk-1") == (None, "")


@pytest.mark.parametrize("value", [None, "", " \r\n", '""'])
@pytest.mark.parametrize("name", ["openai", "far"])
def test_a_named_variable_that_is_empty(tmp_path: Path, name: str, value: str | None) -> None:
    environ = {"OPENAI_API_KEY": "sk-1"} | ({} if value is None else {"FAR_KEY": value})
    config = f'[profiles.{name}]\nbase_url = "{FAR}"\napi_key_env = "FAR_KEY"\n'
    profile = load(tmp_path, config, **environ).get(name)
    assert profile.api_key is None
    assert profile.problem is not None
    assert "the variable FAR_KEY is empty" in profile.problem[0]
    with pytest.raises(InputError, match="FAR_KEY"):
        profile.check_usable()


def test_a_key_in_the_file_that_is_empty(tmp_path: Path) -> None:
    config = f'[profiles.far]\nbase_url = "{FAR}"\napi_key = ""\n'
    profile = load(tmp_path, config).get("far")
    assert profile.problem is not None
    assert "api_key in" in profile.problem[0]


async def test_nothing_is_asked_without_the_key_that_is_named(tmp_path: Path) -> None:
    config = '[profiles.far]\nbase_url = "http://127.0.0.1:1/v1"\napi_key_env = "FAR_KEY"\n'
    load(tmp_path, config)
    environ = {"FINETUI_HOME": str(tmp_path)}
    workspace = await Workspace.open("far", environ=environ)
    try:
        with pytest.raises(InputError, match="FAR_KEY"):
            await workspace.jobs.list()
        with pytest.raises(InputError, match="FAR_KEY"):
            workspace.provider.check_writable("create a job")
        assert workspace.provider.status == "failed"
    finally:
        await workspace.close()


@pytest.mark.parametrize("value", [" sk-12345678\r\n", "'sk-12345678'", '"sk-12345678"\r'])
def test_a_key_is_sent_without_what_stands_around_it(tmp_path: Path, value: str) -> None:
    config = f'[profiles.far]\nbase_url = "{FAR}"\napi_key_env = "FAR_KEY"\n'
    profile = load(tmp_path, config, FAR_KEY=value).get("far")
    assert profile.api_key == "sk-12345678"
    assert any("FAR_KEY holds the key in quotes" in remark for remark in profile.remarks) == (
        "'" in value or '"' in value
    )
    assert load(tmp_path / "b", OPENAI_API_KEY=value).get("openai").api_key == "sk-12345678"


def test_a_key_in_place_of_the_name_of_its_variable(tmp_path: Path) -> None:
    for key in ("sk-proj-thisisthekey", "0123abcd0123abcd"):
        with pytest.raises(InputError, match="name of an environment variable") as caught:
            load(tmp_path, f'[profiles.far]\nbase_url = "{FAR}"\napi_key_env = "{key}"\n')
        assert key not in str(caught.value)
    key = "abcdef0123456789abcdef0123456789"
    config = f'[profiles.far]\nbase_url = "{FAR}"\napi_key_env = "{key}"\n'
    problem = load(tmp_path, config).get("far").problem
    assert problem is not None
    assert key not in problem[0]


# -- unencrypted ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "extra", "sent"),
    [
        ("http://gpu-box:8000/v1", "", False),
        ("http://192.168.1.5/v1", "", False),
        ("http://192.168.1.5/v1", "insecure = true", True),
        ("https://gpu-box/v1", "", True),
        ("http://localhost:8000/v1", "", True),
        ("http://[::1]:8000/v1", "", True),
    ],
)
def test_a_key_over_http(tmp_path: Path, url: str, extra: str, sent: bool) -> None:
    config = f'[profiles.far]\nbase_url = "{url}"\napi_key = "sk-12345678"\n{extra}\n'
    profile = load(tmp_path, config).get("far")
    assert profile.api_key == ("sk-12345678" if sent else None)
    assert (profile.problem is None) == sent
    assert any("unencrypted" in remark for remark in profile.remarks) == bool(extra)
    if profile.problem:
        assert "insecure = true" in profile.problem[1]


def test_without_a_key_http_is_as_good(tmp_path: Path) -> None:
    profile = load(tmp_path, '[profiles.far]\nbase_url = "http://gpu-box:8000/v1"\n').get("far")
    assert (profile.api_key, profile.problem, profile.remarks) == (None, None, ())


def test_openai_over_http_needs_the_same_word(tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "http://gpu-box/v1"}
    assert "http://" in openai(tmp_path, "", **environ)[1]
    assert openai(tmp_path, "[profiles.openai]\ninsecure = true\n", **environ) == ("sk-1", "")


# -- a file that others can read -----------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "key", "said"),
    [
        (0o644, 'api_key = "sk-12345678"', True),
        (0o640, 'api_key = "sk-12345678"', True),
        (0o600, 'api_key = "sk-12345678"', False),
        (0o644, 'api_key_env = "K"', False),
    ],
)
def test_a_file_with_a_key_that_others_can_read(
    tmp_path: Path, mode: int, key: str, said: bool
) -> None:
    config = f'[profiles.far]\nbase_url = "{FAR}"\n{key}\n'
    load(tmp_path, config)
    places = Locations.standard({"FINETUI_HOME": str(tmp_path)})
    places.config_file.chmod(mode)
    assert any("chmod 600" in remark for remark in load(tmp_path).remarks) == said


# -- mistakes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "place", "words", "step"),
    [
        ("\n[profile.openai]\nread_only = true\n", "line 2, column 2", "[profile]", "profiles"),
        ("[Profiles.openai]\n", "line 1, column 2", "[Profiles]", "profiles"),
        ('defualt_profile = "lab"\n', "line 1, column 1", "defualt_profile", "default_profile"),
        ('default-profile = "lab"\n', "line 1", "default-profile", "default_profile"),
        ("read_only = true\n", "line 1", "outside of a profile", "[profiles.openai]"),
        ("  zzz = 1\n", "line 1, column 3", "unknown setting zzz", "notify"),
        ("[profiles.openai]\nreadonly = true\n", "line 2", "readonly", "read_only"),
        ("[profiles.openai]\nread-only = true\n", "line 2", "read-only", "read_only"),
        ("[profiles.openai]\nReadOnly = true\n", "line 2", "ReadOnly", "read_only"),
        ("[profiles.openai]\nbudjet = 5\n", "line 2", "budjet", "budget"),
        ('[profiles.openai]\n read_only = "true"\n', "line 2, column 2", "true or false", ""),
        ("[profiles.openai]\nread_only = 1\n", "line 2", "true or false", ""),
        ('[profiles.openai]\nbills = "no"\n', "line 2", "true or false", ""),
        ('[profiles.openai]\ninsecure = "no"\n', "line 2", "true or false", ""),
        ("[profiles.openai]\nbudget = true\n", "line 2", "budget must be an amount", ""),
        ("[profiles.openai]\napi_key = 5\n", "line 2", "api_key must be a text", ""),
        ('[profiles.openai]\napi_key_env = ""\n', "line 2", "environment variable", ""),
        ('profiles.openai.read_only = "x"\n', "line 1", "true or false", ""),
        ("profiles = { openai = { readonly = true } }\n", "line 1, column 25", "readonly", ""),
        ("[profiles.opanai]\nread_only = true\n", "line 1", "did you mean [profiles.openai]", ""),
        ('[profiles.lab]\nbase_url = "https://x/v1"\n', "line 2", "lab takes no base_url", ""),
        ("[profiles.lab]\nread_olny = true\n", "line 2", "read_olny", "read_only"),
        ('notify = "loud"\n', "line 1", "notify is 'loud'", ""),
        ("notify = [1]\n", "line 1", "notify", ""),
        ("[[profiles]]\n", "line 1", "profiles is not a table", ""),
        ("profiles.a = 5\n", "line 1", "not a table", ""),
        ("a = " + "[" * 5000 + "\n", "", "", ""),
    ],
)
def test_a_mistake_is_an_error_with_its_place(
    tmp_path: Path, config: str, place: str, words: str, step: str
) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, config)  # no key in the environment: the table is read all the same
    assert place in caught.value.cause
    assert words in caught.value.cause
    assert step in caught.value.next_step


def test_a_profile_of_another_name_is_offered(tmp_path: Path) -> None:
    book = load(tmp_path, f'[profiles.nebius]\nbase_url = "{FAR}"\n')
    with pytest.raises(InputError) as caught:
        book.get("nebuis")
    assert "Did you mean nebius?" in caught.value.next_step


async def test_a_broken_configuration_leaves_the_lab_alone(tmp_path: Path) -> None:
    config = (
        f'default_profile = "far"\n[profile.far]\nread_only = true\n'
        f'[profiles.far]\nbase_url = "{FAR}"\napi_key_env = "FAR_KEY"\n'
    )
    environ = {"FINETUI_HOME": str(tmp_path), "OPENAI_API_KEY": "sk-1", "FAR_KEY": "fk-12345678"}
    with pytest.raises(InputError):
        load(tmp_path, config)
    workspace, error = await Workspace.open_safely(environ=environ)
    await workspace.close()
    assert error is not None
    assert workspace.profiles.names == ("lab",)
    assert workspace.profile.kind == "lab"
    assert not workspace.profile.bills
    assert "FAR_KEY" in workspace.profiles.key_variables
    assert mask("a fk-12345678 b") != "a fk-12345678 b"


async def test_an_unknown_profile_leaves_the_others_to_choose_from(tmp_path: Path) -> None:
    environ = {"FINETUI_HOME": str(tmp_path), "OPENAI_API_KEY": "sk-1"}
    workspace, error = await Workspace.open_safely("opneai", environ=environ)
    await workspace.close()
    assert error is not None
    assert "Did you mean openai?" in error.next_step
    assert workspace.profile.kind == "lab"
    assert workspace.profiles.names == ("lab", "openai")


def test_a_configuration_where_nothing_reads_it(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[profiles.openai]\nread_only = true\n")
    with pytest.raises(InputError) as caught:
        load(tmp_path, OPENAI_API_KEY="sk-1")
    assert f"{tmp_path / 'config.toml'} is there" in caught.value.cause
    assert str(tmp_path / "config" / "config.toml") in caught.value.next_step


@pytest.mark.parametrize("value", [None, "", "sk-in-the-environment"])
def test_a_profile_with_two_sources_of_a_key(tmp_path: Path, value: str | None) -> None:
    config = (
        f'[profiles.far]\nbase_url = "{FAR}"\napi_key = "sk-1234567"\napi_key_env = "FAR_KEY"\n'
    )
    environ = {} if value is None else {"FAR_KEY": value}
    with pytest.raises(InputError, match="api_key stands beside api_key_env") as caught:
        load(tmp_path, config, **environ)
    assert "sk-1234567" not in caught.value.cause
