"""A key goes to its own provider only, and so do the variables of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import FaultServer, reply
from tui.services.errors import Refused
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

VARIABLES = {
    "OPENAI_API_KEY": "sk-of-openai",
    "OPENAI_ADMIN_KEY": "sk-of-the-admin",
    "OPENAI_ORG_ID": "org-secret",
    "OPENAI_PROJECT_ID": "proj-secret",
    "OPENAI_CUSTOM_HEADERS": "X-Gateway: gate-secret\nAuthorization: Bearer sk-custom",
}


@pytest.fixture(autouse=True)
def _variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


async def sent(workspace: Workspace, server: FaultServer, tmp_path: Path) -> dict[str, str]:
    """Make requests of every kind and return the headers of all of them together."""
    data = tmp_path / "data.jsonl"
    data.write_text("{}\n")
    try:
        await workspace.jobs.list()
        await workspace.files.upload(data)
    finally:
        await workspace.close()
    assert [seen.method for seen in server.seen] == ["GET", "POST"]
    return {name: value for seen in server.seen for name, value in seen.headers.items()}


async def test_nothing_of_the_environment_reaches_another_provider(
    server: FaultServer, tmp_path: Path
) -> None:
    environ = write_config(tmp_path, server.url) | VARIABLES
    headers = await sent(await Workspace.open(environ=environ), server, tmp_path)
    assert headers["authorization"] == "Bearer sk-fault"
    told = " ".join([*headers, *headers.values()])
    for secret in ("of-openai", "of-the-admin", "org-secret", "proj-secret", "gate-secret"):
        assert secret not in told
    assert "x-body-type" not in headers
    assert "sk-custom" not in told


async def test_the_openai_profile_sends_them_to_its_own_address(
    server: FaultServer, tmp_path: Path
) -> None:
    environ = {"FINETUI_HOME": str(tmp_path), "OPENAI_BASE_URL": server.url, **VARIABLES}
    workspace = await Workspace.open(environ=environ)
    assert workspace.profile.name == "openai"
    assert workspace.profile.bills
    headers = await sent(workspace, server, tmp_path)
    assert headers["authorization"] == "Bearer sk-of-openai"
    assert headers["openai-organization"] == "org-secret"
    assert headers["openai-project"] == "proj-secret"
    assert headers["x-gateway"] == "gate-secret"


async def test_a_profile_without_a_key_sends_none_of_another(
    server: FaultServer, tmp_path: Path
) -> None:
    environ = write_config(tmp_path, server.url) | VARIABLES
    config = tmp_path / "config" / "config.toml"
    config.write_text(config.read_text().replace('api_key = "sk-fault"\n', ""))
    headers = await sent(await Workspace.open(environ=environ), server, tmp_path)
    assert "authorization" not in headers


async def test_a_redirect_is_not_followed(server: FaultServer, tmp_path: Path) -> None:
    other = FaultServer()
    workspace = await Workspace.open(environ=write_config(tmp_path, server.url))
    try:
        server.fault("GET /models", reply(307, "", location=f"{other.url}/models"))
        server.fault("POST /fine_tuning/jobs/j/cancel", reply(308, "", location=other.url))
        with pytest.raises(Refused) as caught:
            await workspace.models.list()
        assert other.url in caught.value.cause
        with pytest.raises(Refused):
            await workspace.jobs.cancel("j")
    finally:
        await workspace.close()
        other.close()
    assert other.seen == []


def test_a_key_is_not_shown(tmp_path: Path) -> None:
    from tui.services.settings.locations import Locations
    from tui.services.settings.profiles import ProfileBook

    environ = {"FINETUI_HOME": str(tmp_path), **VARIABLES}
    book = ProfileBook.load(Locations.standard(environ), environ)
    assert "sk-of-openai" not in repr(book)


@pytest.mark.parametrize("key", ['api_key_env = "OPENAI_API_KEY"', ""])
async def test_the_openai_profile_at_another_address_takes_nothing_along(
    server: FaultServer, tmp_path: Path, key: str
) -> None:
    config = tmp_path / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text(f'[profiles.openai]\nbase_url = "{server.url}"\n{key}\n')
    environ = {"FINETUI_HOME": str(tmp_path), **VARIABLES}
    headers = await sent(await Workspace.open("openai", environ=environ), server, tmp_path)
    assert headers.get("authorization") == ("Bearer sk-of-openai" if key else None)
    assert not {"openai-organization", "openai-project", "x-gateway"} & set(headers)
    told = " ".join([*headers, *headers.values()])
    for secret in ("of-the-admin", "org-secret", "proj-secret", "gate-secret", "sk-custom"):
        assert secret not in told


async def test_variables_with_characters_no_header_has_are_no_matter_to_others(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS"):
        monkeypatch.setenv(name, "X-Odd: \u00e9\u2026")
    environ = write_config(tmp_path, server.url)
    headers = await sent(await Workspace.open(environ=environ), server, tmp_path)
    assert "x-odd" not in headers


async def test_a_key_of_an_env_file_with_crlf_is_sent_trimmed(
    server: FaultServer, tmp_path: Path
) -> None:
    environ = {
        "FINETUI_HOME": str(tmp_path),
        "OPENAI_BASE_URL": f"{server.url}\r",
        "OPENAI_API_KEY": '"sk-with-crlf-1"\r\n',
    }
    headers = await sent(await Workspace.open(environ=environ), server, tmp_path)
    assert headers["authorization"] == "Bearer sk-with-crlf-1"
