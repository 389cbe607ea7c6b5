"""Keys fetched by a command or from the keyring, typed for a run, and renewed when refused."""

from __future__ import annotations

import asyncio
import sys
import time
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import Fault, FaultServer, Seen, problem, reply
from tests.lab_process import wait_for
from tests.services.settings.test_profiles import load
from tui.core.text.masking import mask
from tui.services.errors import InputError, Refused
from tui.services.provider import fetched_keys
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

FAR = "https://gateway.example/v1"
KEY = "sk-fetched-0123456789abcdef"


def configure(home: Path, server: FaultServer, source: str, **environ: str) -> dict[str, str]:
    load(home, f'[profiles.far]\nbase_url = "{server.url}"\n{source}\n', **environ)
    return {"FINETUI_HOME": str(home), "PATH": "/usr/bin:/bin", **environ}


async def opened(home: Path, server: FaultServer, source: str, **environ: str) -> Workspace:
    environ = configure(home, server, source, **environ)
    return await Workspace.open("far", environ=environ)


def keys(server: FaultServer) -> list[str | None]:
    return [seen.headers.get("authorization") for seen in server.seen]


REFUSED = reply(401, problem("wrong key", "invalid_api_key"))


@pytest.mark.parametrize(
    "command",
    [
        f"\"printf '{KEY}\\\\nlogin: me\\\\n'\"",  # as pass prints it
        f'["printf", "%s", "{KEY}"]',
        f'"echo {KEY} | cat"',
    ],
)
async def test_the_key_is_what_a_command_prints_first(
    tmp_path: Path, server: FaultServer, command: str
) -> None:
    workspace = await opened(tmp_path, server, f"key_command = {command}")
    try:
        assert workspace.profile.key_state == "by command"
        await workspace.jobs.list()
        await workspace.jobs.list()
    finally:
        await workspace.close()
    assert keys(server) == [f"Bearer {KEY}"] * 2
    assert KEY not in mask(f"the key is {KEY}.")
    assert KEY not in repr(workspace.profile)


async def test_a_list_is_run_without_a_shell(tmp_path: Path, server: FaultServer) -> None:
    workspace = await opened(tmp_path, server, 'key_command = ["echo", "$HOME;ls"]')
    try:
        await workspace.jobs.list()
    finally:
        await workspace.close()
    assert keys(server) == ["Bearer $HOME;ls"]


async def test_what_a_command_says_when_it_fails_is_told_masked(
    tmp_path: Path, server: FaultServer
) -> None:
    config = f"key_command = \"echo half-a-key; echo 'no {KEY} \\u001b[31m' >&2; exit 3\""
    workspace = await opened(tmp_path, server, config, KNOWN=KEY, OPENAI_API_KEY=KEY)
    try:
        with pytest.raises(InputError) as caught:
            await workspace.jobs.list()
        assert workspace.provider.status == "failed"
    finally:
        await workspace.close()
    assert "its key_command (echo) ended with 3: no ••••" in caught.value.cause
    assert "half-a-key" not in caught.value.cause
    assert "\x1b" not in caught.value.cause
    assert server.seen == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ('"true"', "gives nothing"),
        ('["finetui-no-such-program"]', "cannot be started"),
        ('"echo two words"', "white space"),
        ('"exit 7"', "ended with 7"),
    ],
)
async def test_a_command_that_gives_no_key(
    tmp_path: Path, server: FaultServer, command: str, words: str
) -> None:
    workspace = await opened(tmp_path, server, f"key_command = {command}")
    try:
        with pytest.raises(InputError, match="key of profile far cannot be fetched") as caught:
            await workspace.jobs.list()
    finally:
        await workspace.close()
    assert words in caught.value.cause
    assert server.seen == []


async def test_a_command_that_does_not_end_is_ended_with_what_it_started(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetched_keys, "WITHIN_S", 0.3)
    pids = tmp_path / "pids"
    command = f'"sleep 60 & echo $! > {pids}; wait"'
    workspace = await opened(tmp_path, server, f"key_command = {command}")
    try:
        with pytest.raises(InputError, match="did not end within"):
            await workspace.jobs.list()
    finally:
        await workspace.close()
    child = int(pids.read_text())
    await asyncio.to_thread(wait_for, lambda: not _runs(child))


def _runs(pid: int) -> bool:
    from pathlib import Path

    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_process_left_behind_holds_nothing_up(tmp_path: Path, server: FaultServer) -> None:
    workspace = await opened(tmp_path, server, f'key_command = "sleep 60 & echo {KEY}"')
    began = time.monotonic()
    try:
        await workspace.jobs.list()
    finally:
        await workspace.close()
    assert time.monotonic() - began < 40
    assert keys(server) == [f"Bearer {KEY}"]


async def test_a_command_is_given_no_key_of_a_profile(tmp_path: Path, server: FaultServer) -> None:
    told = tmp_path / "environ"
    config = (
        f'key_command = "env > {told}; echo {KEY}"\n'
        f'[profiles.other]\nbase_url = "{FAR}"\napi_key_env = "OTHER_KEY"\n'
        'headers = { "X-Virtual" = { env = "VIRTUAL" } }'
    )
    secrets = {"OTHER_KEY": "sk-of-the-other-one", "VIRTUAL": "vk-of-the-other-one"}
    copies = {"COPY": "sk-of-the-other-one", "OPENAI_API_KEY": "sk-of-openai-itself"}
    workspace = await opened(
        tmp_path, server, config, VAULT_TOKEN="hvs.mine", **secrets, **copies
    )  # fmt: skip
    try:
        await workspace.jobs.list()
    finally:
        await workspace.close()
    text = told.read_text()
    assert "VAULT_TOKEN=hvs.mine" in text  # what it may need itself
    for secret in (*secrets.values(), *copies.values()):
        assert secret not in text


# -- renewed ---------------------------------------------------------------------------


def counting(folder: Path) -> str:
    """Return a command that prints another key each time."""
    count = folder / "count"
    return f"key_command = \"echo x >> {count}; printf 'sk-number-%s-abcdef' $(wc -l < {count})\""


async def test_a_refused_key_is_fetched_anew_once(tmp_path: Path, server: FaultServer) -> None:
    workspace = await opened(tmp_path, server, counting(tmp_path))
    try:
        await workspace.jobs.list()
        server.fault("GET /fine_tuning/jobs", REFUSED)
        await workspace.jobs.list()
        await workspace.jobs.list()
    finally:
        await workspace.close()
    first, second = "Bearer sk-number-1-abcdef", "Bearer sk-number-2-abcdef"
    assert keys(server)[:3] == [first, first, second]
    assert set(keys(server)[3:]) == {second}


async def test_a_job_refused_for_its_key_is_asked_for_once_more(
    tmp_path: Path, server: FaultServer
) -> None:
    workspace = await opened(tmp_path, server, counting(tmp_path))
    try:
        done = reply(200, {**server.new_job({"model": "m"}), "status": "cancelled"})
        server.fault("POST /fine_tuning/jobs/ftjob-1/cancel", REFUSED, done)
        await workspace.jobs.cancel("ftjob-1")
    finally:
        await workspace.close()
    assert keys(server) == ["Bearer sk-number-1-abcdef", "Bearer sk-number-2-abcdef"]


async def test_a_key_that_stays_refused_is_fetched_no_more(
    tmp_path: Path, server: FaultServer
) -> None:
    workspace = await opened(tmp_path, server, counting(tmp_path))
    try:
        server.fault("GET /fine_tuning/jobs", *[REFUSED] * 6)
        for _ in range(3):
            with pytest.raises(Refused, match="wrong key"):
                await workspace.jobs.list()
    finally:
        await workspace.close()
    assert (tmp_path / "count").read_text() == "x\nx\n"


async def test_requests_refused_at_once_share_one_renewal(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = await opened(tmp_path, server, counting(tmp_path))

    def take(seen: Seen) -> Fault | None:
        return REFUSED if seen.headers["authorization"] == "Bearer sk-number-1-abcdef" else None

    try:
        await workspace.jobs.list()
        monkeypatch.setattr(server, "take", take)
        await asyncio.gather(*(workspace.jobs.list() for _ in range(6)))
    finally:
        await workspace.close()
    assert (tmp_path / "count").read_text() == "x\nx\n"
    assert keys(server)[-1] == "Bearer sk-number-2-abcdef"


async def test_an_upload_refused_for_its_key_says_to_try_again(
    tmp_path: Path, server: FaultServer
) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text("{}\n")
    workspace = await opened(tmp_path, server, counting(tmp_path))
    try:
        server.fault("POST /files", REFUSED)
        with pytest.raises(Refused) as caught:
            await workspace.files.upload(data)
        assert caught.value.next_step == "The key has been renewed: try again."
        await workspace.files.upload(data)
    finally:
        await workspace.close()
    assert keys(server)[-1] == "Bearer sk-number-2-abcdef"


# -- the keyring -----------------------------------------------------------------------


class Keyring(ModuleType):
    """Stands in for the package `keyring`, which is an extra."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, key: str) -> None:
        self.kept[service, username] = key

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    one = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", one)
    return one


@pytest.mark.parametrize(
    ("setting", "entry"),
    [
        ('"far"', ("finetui", "far")),
        ('{ service = "openai", username = "me" }', ("openai", "me")),
    ],
)
async def test_the_key_is_in_the_keyring(
    tmp_path: Path, server: FaultServer, ring: Keyring, setting: str, entry: tuple[str, str]
) -> None:
    workspace = await opened(tmp_path, server, f"key_keyring = {setting}")
    try:
        with pytest.raises(InputError, match="is not there") as caught:
            await workspace.jobs.list()
        assert caught.value.next_step == f"Store it: keyring set {' '.join(entry)}"
        ring.kept[entry] = KEY
        await workspace.jobs.list()
    finally:
        await workspace.close()
    assert keys(server) == [f"Bearer {KEY}"]


async def test_without_the_package_the_extra_is_named(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    workspace = await opened(tmp_path, server, 'key_keyring = "far"')
    try:
        with pytest.raises(InputError) as caught:
            await workspace.jobs.list()
    finally:
        await workspace.close()
    assert "finetui[keyring]" in caught.value.next_step


# -- typed for this run ----------------------------------------------------------------


@pytest.mark.parametrize("source", ["key_ask = true", 'api_key_env = "NOT_SET"'])
async def test_a_key_that_is_typed_counts_for_this_run(
    tmp_path: Path, server: FaultServer, source: str
) -> None:
    workspace = await opened(tmp_path, server, source)
    try:
        assert workspace.profile.wants_key
        with pytest.raises(InputError, match="its key is missing"):
            await workspace.jobs.list()
        with pytest.raises(InputError, match="white space"):
            workspace.give_key("far", "two words")
        workspace.give_key("far", f" {KEY}\n")
        await workspace.use_profile("far")
        await workspace.jobs.list()
        await workspace.use_profile("lab")
        await workspace.use_profile("far")
        await workspace.jobs.list()
    finally:
        await workspace.close()
    assert keys(server) == [f"Bearer {KEY}"] * 2
    assert workspace.profile.key_state == "…cdef"
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(KEY.encode() not in path.read_bytes() for path in kept)


@pytest.mark.parametrize("source", ["key_ask = true", 'key_command = "echo x"'])
def test_no_key_is_fetched_or_typed_for_an_unencrypted_way(tmp_path: Path, source: str) -> None:
    config = f'[profiles.far]\nbase_url = "http://gpu-box/v1"\n{source}\n'
    profile = load(tmp_path, config).get("far")
    assert profile.problem is not None
    assert "http://" in profile.problem[0]
    assert profile.with_typed_key(KEY).api_key is None


# -- mistakes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('api_key_env = "A"\nkey_command = "x"', "key_command stands beside api_key_env"),
        ('key_ask = true\nkey_keyring = "x"', "key_ask stands beside key_keyring"),
        ('key_command = ""', "key_command must be a command"),
        ("key_command = []", "key_command must be a command"),
        ('key_command = ["a", 1]', "key_command must be a command"),
        ("key_keyring = true", "key_keyring must be the name of an entry"),
        ('key_keyring = { service = "a" }', "key_keyring must be the name of an entry"),
        ('key_ask = "yes"', "key_ask must be true or false"),
        ('kye_command = "x"', "did you mean key_command"),
    ],
)
def test_a_source_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, config: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, f'[profiles.far]\nbase_url = "{FAR}"\n{config}\n')
    assert words in caught.value.cause
    assert "line " in caught.value.cause


def test_a_key_in_the_file_is_read_and_advised_against(tmp_path: Path) -> None:
    config = f'[profiles.far]\nbase_url = "{FAR}"\napi_key = "{KEY}"\n'
    profile = load(tmp_path, config).get("far")
    assert profile.api_key == KEY
    assert any("plain text" in one for one in profile.advice)
    assert all(KEY not in one for one in profile.advice)
    assert profile.key_state == "…cdef"
