"""Two providers at once: nothing of one profile reaches the other, and no secret leaves.

Every server here answers with whatever would carry a secret away: redirects to the other server,
signed addresses there, errors that repeat all that was sent.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from contextlib import aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.faults.server import HANG, Fault, FaultServer, Seen, problem, reply
from tests.home import Home, enter_home
from tests.lab_process import wait_for
from tests.served import served
from tests.until import on_screen, until
from tui.app import FinetuiApp
from tui.commands import MODES
from tui.screens.jobs.all_jobs import AllJobsDialog
from tui.screens.profiles.form import ProfileForm
from tui.screens.profiles.profile_list import ProfilesDialog
from tui.services.chat.service import ChatRequest
from tui.services.errors import ServiceError
from tui.services.provider.requests import Call
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

MARKS = ("one", "other", "third")


class Elsewhere(FaultServer):
    """Sends whoever asks on to another server, where it has one, and else serves."""

    def __init__(self) -> None:
        super().__init__()
        self.other = ""
        self.status = 0

    def take(self, seen: Seen) -> Fault | None:
        if self.status:
            return reply(self.status, "", location=f"{self.other}{seen.path}")
        return super().take(seen)


@pytest.fixture
def servers() -> Iterator[list[Elsewhere]]:
    made = [Elsewhere() for _ in range(4)]
    yield made
    for one in made:
        one.close()


def secrets_of(mark: str) -> dict[str, str]:
    """Return what nobody but this profile's own server may see."""
    return {
        "key": f"sk-key-of-{mark}-0123456789abcdef",
        "header": f"hd-header-of-{mark}-0123456789",
        "plain": f"pl-plain-header-of-{mark}-01234",
        "organization": f"org-of-{mark}-0123456789",
        "password": f"pw-proxy-of-{mark}-0123456789",
    }


def configure(home: Path, addresses: dict[str, str], sources: dict[str, str]) -> dict[str, str]:
    """Write the profiles and return the environment for them."""
    environ = {"FINETUI_HOME": str(home), "PATH": os.environ["PATH"]}
    text = ""
    (home / "keys").mkdir()
    for mark, address in addresses.items():
        secret = secrets_of(mark)
        (home / "keys" / mark).write_text(f"{secret['key']}\nand a remark\n")
        environ |= {f"{mark.upper()}_KEY": secret["key"], f"{mark.upper()}_HD": secret["header"]}
        text += (
            f"[profiles.{mark}]\n{address}\ntimeout = 2\n"
            f'organization = "{secret["organization"]}"\n'
            f'headers = {{ "X-Virtual" = {{ env = "{mark.upper()}_HD" }},'
            f' "X-Secret-Name" = "{secret["plain"]}" }}\n{sources[mark]}\n'
        )
    path = home / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text(text)
    path.chmod(0o600)
    return environ


def source(kind: str, home: Path, mark: str) -> str:
    return {
        "variable": f'api_key_env = "{mark.upper()}_KEY"',
        "command": f'key_command = ["cat", "{home / "keys" / mark}"]',
        "typed": "key_ask = true",
        "file": f'api_key = "{secrets_of(mark)["key"]}"',
    }[kind]


async def everything(workspace: Workspace, data: Path, elsewhere: str) -> None:
    """Ask all that can be asked, whatever comes of it."""
    jobs, provider = workspace.jobs, workspace.provider

    async def put() -> None:
        async with provider.elsewhere(Call("PUT", elsewhere, "send", content=_chunks())) as answer:
            await answer.aread()

    async def chat() -> None:
        request = ChatRequest("m", ({"role": "user", "content": "hello"},))
        async with aclosing(workspace.chat.stream(request)) as parts:
            async for _ in parts:
                pass

    for ask in (
        *(jobs.list, lambda: jobs.retrieve("j-1"), lambda: jobs.cancel("j-1")),
        *(lambda: jobs.events("j-1"), lambda: jobs.checkpoints("j-1")),
        *(workspace.models.list, workspace.files.list, lambda: workspace.files.upload(data)),
        *(lambda: workspace.files.delete("f-1"), put, chat),
    ):
        with suppress(ServiceError):
            await ask()


async def _chunks() -> AsyncIterator[bytes]:
    yield b"{}\n"


def text_of(seen: Seen) -> str:
    """Return all that a request says, and what it says in base64."""
    words = [seen.method, seen.path, json.dumps(seen.query), json.dumps(seen.headers)]
    for value in seen.headers.values():
        with suppress(ValueError):
            words.append(base64.b64decode(value.removeprefix("Basic ")).decode("latin-1"))
    return " ".join([*words, seen.body.decode("latin-1")])


def strangers(server: FaultServer, own: str) -> list[str]:
    """Return the secrets of other profiles, and of the environment, that a server has seen."""
    told = " ".join(map(text_of, server.seen))
    known = {mark: list(secrets_of(mark).values()) for mark in MARKS if mark != own}
    known["environment"] = list(OF_OPENAI.values())
    return [secret for found in known.values() for secret in found if secret in told]


OF_OPENAI = {
    "OPENAI_API_KEY": "sk-of-openai-0123456789",
    "OPENAI_ADMIN_KEY": "sk-admin-of-openai-012345",
    "OPENAI_ORG_ID": "org-of-the-environment-01",
    "OPENAI_PROJECT_ID": "proj-of-the-environment-1",
}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("variable", 0),
        ("command", 301),
        ("typed", 302),
        ("file", 303),
        ("variable", 307),
        ("command", 308),
    ],
)
async def test_nothing_of_one_profile_reaches_the_other(
    tmp_path: Path,
    servers: list[Elsewhere],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    status: int,
) -> None:
    one, other, proxy, trap = servers
    one.other, other.other, proxy.other = other.url, one.url, other.url
    for server in (one, other, proxy):
        server.status = status
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, trap.url.removesuffix("/v1"))
    for name, value in OF_OPENAI.items():
        monkeypatch.setenv(name, value)
    through = proxy.url.removesuffix("/v1").replace(
        "http://", f"http://me:{secrets_of('third')['password']}@"
    )
    addresses = {
        "one": f'base_url = "{one.url}"',
        "other": f'kind = "azure"\nbase_url = "{other.url}"',
        "third": f'base_url = "http://gateway.invalid/v1"\ninsecure = true\nproxy = "{through}"',
    }
    sources = {mark: source(kind, tmp_path, mark) for mark in addresses}
    environ = configure(tmp_path, addresses, sources) | OF_OPENAI
    data = tmp_path / "data.jsonl"
    data.write_text("{}\n")
    workspace = await Workspace.open("one", environ=environ)
    own = {"one": one, "other": other, "third": proxy}
    try:
        for _ in range(2):  # there and back again
            for mark, server in own.items():
                if kind == "typed":
                    workspace.give_key(mark, secrets_of(mark)["key"])
                await workspace.use_profile(mark)
                signed = one if server is other else other
                await everything(workspace, data, f"{signed.url}/signed?sig=x")
    finally:
        await workspace.close()
    for mark, server in own.items():
        assert strangers(server, mark) == [], mark
        told = " ".join(map(text_of, server.seen))
        for name in ("key", "header", "plain", "organization"):
            assert secrets_of(mark)[name] in told, (mark, name)
    # What was put at a signed address of another server came without anything of the profile.
    for server in (one, other):
        for seen in server.seen:
            if seen.path == "/signed":
                said = text_of(seen)
                assert not any(s in said for m in MARKS for s in secrets_of(m).values())
    assert any(seen.path == "/signed" for seen in [*one.seen, *other.seen])
    assert trap.seen == []
    sent = {seen.headers.get("proxy-authorization") for seen in [*one.seen, *other.seen]}
    assert sent == {None}


async def test_a_signed_address_of_together_is_sent_no_key(
    tmp_path: Path, servers: list[Elsewhere]
) -> None:
    one, other, _, _ = servers
    addresses = {"one": f'kind = "together"\nbase_url = "{one.url}"'}
    environ = configure(tmp_path, addresses, {"one": source("variable", tmp_path, "one")})
    location = f"{other.url}/bucket/key?signature=s"
    one.fault("POST /files", reply(302, "", location=location, x_together_file_id="file-9"))
    data = tmp_path / "data.jsonl"
    data.write_text('{"messages": []}\n')
    workspace = await Workspace.open("one", environ=environ)
    try:
        with suppress(ServiceError):
            await workspace.files.upload(data)
    finally:
        await workspace.close()
    [put] = other.seen
    assert (put.method, put.path) == ("PUT", "/bucket/key")
    assert "authorization" not in put.headers
    assert not any(secret in text_of(put) for secret in secrets_of("one").values())


# -- everything fails --------------------------------------------------------------------


class Parrot(FaultServer):
    """Fails at everything and repeats all that it was sent."""

    status = 500

    def take(self, seen: Seen) -> Fault:
        said = " ".join(f"{name}: {value}" for name, value in seen.headers.items())
        return reply(self.status, problem(f"you said {said}", code=said[:80]), x_request_id=said)


parrot = served(Parrot)


COMMANDS = (
    "jobs list", "jobs show j-1", "jobs events j-1", "jobs cancel j-1", "jobs checkpoints j-1",
    "jobs list --all-profiles", "models list", "models delete ft:m --yes", "files list",
    "files upload DATA --yes --accept warnings,secrets", "files delete f-1 --yes",
    "jobs create --training-file DATA --model m --yes --accept warnings,secrets,model",
    "chat --model m hello", "compare --models m,n hello --yes", "doctor", "profiles list",
    "config show", "config check",
)  # fmt: skip


def leaks(text: str, mark: str) -> list[str]:
    """Return the secrets of a profile that a text holds, as they are or written otherwise."""
    found = []
    for name in ("key", "header", "plain", "password"):
        secret = secrets_of(mark)[name]
        encoded = [
            base64.b64encode(f"{'x' * pad}{secret}".encode()).decode()[6:-6] for pad in (0, 1, 2)
        ]
        forms = [secret, quote(secret, safe=""), secret[3:18], *encoded]
        found += [f"{name}: {form}" for form in forms if form in text]
    return found


def kept(home: Path) -> str:
    """Return all that was written below a home, but for where the user keeps the keys."""
    own = {home / "config" / "config.toml"}
    files = [p for p in home.rglob("*") if p.is_file() and p not in own and p.parent.name != "keys"]
    return "\n".join(path.read_bytes().decode("latin-1") for path in files)


def broken_home(home: Path, parrot: Parrot, kind: str) -> tuple[Home, dict[str, str]]:
    secret = secrets_of("one")
    through = parrot.url.removesuffix("/v1").replace("http://", f"http://me:{secret['password']}@")
    addresses = {
        "one": f'base_url = "http://gateway.invalid/v1"\ninsecure = true\nproxy = "{through}"'
    }
    environ = configure(home, addresses, {"one": source(kind, home, "one")})
    return Home(home), environ


@pytest.mark.parametrize(
    ("kind", "status", "more"),
    [("variable", 401, ()), ("command", 401, ("--json",)), ("file", 400, ())],
)
def test_after_commands_that_all_fail_no_secret_stands_anywhere(
    tmp_path: Path,
    parrot: Parrot,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    status: int,
    more: tuple[str, ...],
) -> None:
    parrot.status = status
    home, environ = broken_home(tmp_path, parrot, kind)
    for name in ("ONE_KEY", "ONE_HD"):
        monkeypatch.setenv(name, environ[name])
    data = tmp_path / "data.jsonl"
    row = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
    data.write_text(f"{json.dumps(row)}\n" * 12)
    for command in COMMANDS:
        words = [str(data) if word == "DATA" else word for word in command.split()]
        done = home.run(*words, "--profile", "one", *more)
        assert leaks(done.stdout + done.stderr, "one") == [], command
    assert leaks(kept(tmp_path), "one") == []
    assert secrets_of("one")["key"] in " ".join(map(text_of, parrot.seen))
    home.end_lab()


@pytest.mark.parametrize("kind", ["command", "typed"])
def test_no_secret_stands_in_the_list_of_processes(
    tmp_path: Path,
    servers: list[Elsewhere],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    server = servers[0]
    server.always["GET /fine_tuning/jobs"] = HANG
    addresses = {"one": f'base_url = "{server.url}"'}
    environ = configure(tmp_path, addresses, {"one": source(kind, tmp_path, "one")})
    for name in ("ONE_KEY", "ONE_HD"):
        monkeypatch.setenv(name, environ[name])
    home = Home(tmp_path)
    words = ["jobs", "list", "--profile", "one", *(["--key-stdin"] if kind == "typed" else [])]
    given = f"{secrets_of('one')['key']}\n" if kind == "typed" else ""
    told: list[str] = []

    def run() -> None:
        done = home.spawn(*words, stdin=given)
        told.extend((done.stdout, done.stderr))

    running = threading.Thread(target=run)
    running.start()
    wait_for(lambda: server.seen)
    lines = [_read(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
    running.join()
    assert leaks("\n".join(lines), "one") == []
    assert leaks("".join(told), "one") == []
    assert "no answer within 2 s" in "".join(told)  # it was under way until then
    assert leaks(kept(tmp_path), "one") == []


def test_the_lab_inherits_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = {"one": 'base_url = "https://x.invalid/v1"'}
    environ = configure(tmp_path, addresses, {"one": source("variable", tmp_path, "one")})
    for name in ("ONE_KEY", "ONE_HD"):
        monkeypatch.setenv(name, environ[name])
    home = Home(tmp_path)
    # A process of its own: what stands in for labs elsewhere has the environment of the tests.
    words = [sys.executable, "-m", "tui.cli", "jobs", "list", "--profile", "lab"]
    subprocess.run(words, env={**os.environ, **home.environ}, check=True, capture_output=True)
    given = [_read(Path(f"/proc/{home.lab_pid()}/{what}")) for what in ("environ", "cmdline")]
    home.end_lab()
    assert "tui.lab" in given[1]
    assert leaks("\n".join(given), "one") == []


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("latin-1")
    except OSError:
        return ""


async def test_after_a_walk_through_a_program_where_all_fails_no_screen_shows_a_secret(
    tmp_path: Path, parrot: Parrot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, environ = broken_home(tmp_path, parrot, "command")
    config = tmp_path / "config" / "config.toml"
    config.write_text('default_profile = "one"\n' + config.read_text())
    enter_home(monkeypatch, environ)
    app = FinetuiApp()
    said: list[str] = []

    def look() -> None:
        said.append(on_screen(app))
        said.append(app.export_screenshot())
        said.append(app.clipboard)

    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        for key, mode, _ in MODES:
            await pilot.press(key)
            await until(lambda mode=mode: app.current_mode == mode, pilot)
            before = len(parrot.seen)
            await pilot.press("r")
            if mode in {"jobs", "models", "files"}:
                await until(lambda before=before: len(parrot.seen) > before, pilot)
            if mode in {"jobs", "chat", "models", "files"}:
                await until(lambda: bool(app.screen.failure_text), pilot)  # type: ignore[attr-defined]
            await pilot.press("y")
            look()
            await pilot.press("escape", "escape")  # the error, and the prompt
        await pilot.press("3", "P")
        await until(lambda: isinstance(app.screen, AllJobsDialog), pilot)
        await until(lambda: len(app.screen.found) == 2, pilot)  # type: ignore[attr-defined]
        look()
        await pilot.press("escape", "f2")
        await until(lambda: isinstance(app.screen, ProfilesDialog), pilot)
        await pilot.press("ctrl+t")
        await until(lambda: bool(app.screen.told.get("one", "asking …") != "asking …"), pilot)  # type: ignore[attr-defined]
        look()
        await pilot.press("ctrl+e")
        await until(lambda: isinstance(app.screen, ProfileForm), pilot)
        look()
        assert any("gateway.invalid" in text for text in said)
    assert leaks("\n".join(said), "one") == []
    assert leaks(kept(tmp_path), "one") == []
    assert secrets_of("one")["key"] in " ".join(map(text_of, parrot.seen))
