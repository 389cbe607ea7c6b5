"""Whatever a request raises is told as an error of ours, and ends no list in silence."""

from __future__ import annotations

import ssl
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import httpx2
import pytest

from tests.faults.conftest import write_config
from tests.faults.server import reply
from tests.home import Home
from tui.services.errors import (
    InputError,
    Malformed,
    ServiceError,
    Unanswered,
    Unforeseen,
    Unreachable,
    unforeseen,
)
from tui.services.provider import provider as provider_module
from tui.services.provider.exception_errors import from_exception
from tui.services.provider.response_errors import RequestContext
from tui.services.settings.profiles import Profile
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.server import FaultServer

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
GROUP = ExceptionGroup("unhandled errors in a TaskGroup", [OverflowError("port must be 0-65535.")])


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


# -- what is raised, and what it is told as ------------------------------------------


@pytest.mark.parametrize(
    ("error", "sent", "method", "kind", "words"),
    [
        (UnicodeEncodeError("ascii", "é", 0, 1, "no"), False, "POST", InputError, "made"),
        (GROUP, False, "POST", InputError, "port must be 0-65535"),
        (httpx2.InvalidURL("Invalid port"), False, "GET", InputError, "Invalid port"),
        (httpx2.LocalProtocolError("Illegal header value"), True, "POST", InputError, "header"),
        (httpx2.LocalProtocolError("Too little data"), True, "POST", Unanswered, "broke"),
        (ExceptionGroup("", [OSError("No route to host")]), False, "POST", Unreachable, "No route"),
        (httpx2.ConnectError("refused"), False, "POST", Unreachable, "refused"),
        (httpx2.ProxyError("407"), False, "POST", Unreachable, "407"),
        (httpx2.ReadError(""), True, "POST", Unanswered, "ReadError"),
        (ssl.SSLError("bad record"), True, "POST", Unanswered, "bad record"),
        (anyio.BrokenResourceError(), True, "GET", Unanswered, "BrokenResourceError"),
        (ValueError("odd"), True, "POST", Unanswered, "ValueError: odd"),
        (RuntimeError("odd"), True, "POST", Unanswered, "RuntimeError: odd"),
        (RuntimeError("odd"), True, "GET", Unforeseen, "RuntimeError: odd"),
        (RuntimeError("odd"), False, "POST", Unforeseen, "RuntimeError: odd"),
        (ExceptionGroup("", [InputError("a", "b")]), True, "POST", InputError, "b"),
    ],
)
def test_every_exception_has_a_name(
    error: Exception, sent: bool, method: str, kind: type[ServiceError], words: str
) -> None:
    asked = RequestContext(Profile("far", "custom"), "create a job", method, "/x", "https://h/v1")
    made = from_exception(error, asked, 5, sent=sent)
    assert type(made) is kind
    assert words in made.cause
    assert "Group" not in made.cause
    if kind is Unanswered and method == "POST":
        assert "It may have been done" in made.next_step


def test_an_error_of_the_disk_names_its_files(tmp_path: Path) -> None:
    here, missing = tmp_path / "here", tmp_path / "none" / "x"
    here.touch()
    for act, named in (
        (missing.read_bytes, f"{missing}"),
        (partial(here.rename, missing), f"{here} → {missing}"),
    ):
        with pytest.raises(OSError, match="No such") as raised:
            act()
        told = unforeseen(raised.value)
        assert type(told) is InputError
        assert told.cause == f"{named}: No such file or directory"
        assert "has room" in told.next_step
    assert type(unforeseen(OSError("odd"))) is Unforeseen


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"HTTPS_PROXY": "http://u:hushhush@127.0.0.1:99999"}, "port must be 0-65535"),
        ({"HTTPS_PROXY": "foo://u:hushhush@h:1"}, "Unknown scheme"),
        ({"ALL_PROXY": "http://[x"}, "set by ALL_PROXY"),
        ({"HTTPS_PROXY": "http://127.0.0.1:9"}, "set by HTTPS_PROXY"),
        ({"SSL_CERT_FILE": __file__}, "SSL_CERT_FILE"),
        ({"OPENAI_ORG_ID": "orgé"}, "OPENAI_ORG_ID"),
        ({"OPENAI_CUSTOM_HEADERS": "X-Key: hushhush\x07"}, "OPENAI_CUSTOM_HEADERS"),
        ({"OPENAI_CUSTOM_HEADERS": "X Key: hushhush"}, "OPENAI_CUSTOM_HEADERS"),
        ({"OPENAI_BASE_URL": "https://h:99999/v1"}, "OPENAI_BASE_URL"),
        ({"OPENAI_BASE_URL": "https://u:hushhush@h/v1"}, "OPENAI_BASE_URL"),
        ({"OPENAI_API_KEY": "sk-hushhush…"}, "U+2026"),
        ({"OPENAI_API_KEY": "sk-hushhush\r\nsk-other"}, "line break"),
    ],
)
def test_an_environment_that_no_request_can_be_made_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], words: str
) -> None:
    home = Home(tmp_path)
    given = {"OPENAI_API_KEY": "sk-12345678", "OPENAI_BASE_URL": "https://192.0.2.1/v1"}
    monkeypatch.setattr(Home, "environ", home.environ | given | environ)
    done = home.run("jobs", "list")
    assert done.returncode in {2, 3}
    assert words in done.stderr
    assert "inside finetui" not in done.stderr
    assert "hushhush" not in done.stderr
    assert done.stderr.count("\n") == 1


async def test_what_is_raised_after_sending_may_have_been_done(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = provider_module.perform

    async def odd(*given: Any) -> Any:
        response = await original(*given)
        await response.aclose()
        raise KeyError("a fault of the library")

    monkeypatch.setattr(provider_module, "perform", odd)
    workspace = await Workspace.open(environ=write_config(tmp_path, server.url))
    try:
        with pytest.raises(Unanswered, match="KeyError"):
            await workspace.provider.post_json("/fine_tuning/jobs", {}, doing="create a job")
        with pytest.raises(Unforeseen, match="KeyError"):
            await workspace.jobs.list()
    finally:
        await workspace.close()


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 100_000, "\x00", '"' + "9" * 10])
@pytest.mark.parametrize("status", [200, 400])
async def test_json_that_no_parser_takes(
    server: FaultServer, tmp_path: Path, body: str, status: int
) -> None:
    workspace = await Workspace.open(environ=write_config(tmp_path, server.url, "timeout = 5"))
    server.fault("GET /models", *[reply(status, body)] * 3)
    server.fault("POST /chat/completions", reply(status, body))
    try:
        with pytest.raises(ServiceError) as caught:
            await workspace.models.list()
        assert isinstance(caught.value, Malformed) == (status == 200)
    finally:
        await workspace.close()
