"""The recipes of CONTRIBUTING.md, followed in an interpreter of their own."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def follow(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_check_is_one_function() -> None:
    told = follow("""
from tui.core.checks import RULES, check_row
from tui.core.checks.registry import Finding, row_rule

@row_rule("shouting", "warning", "All capitals", "The model would learn to shout.")
def shouting(row):
    '''Find messages in capitals.'''
    return [
        turn.find("This message shouts. Write it in lower case.", ".content")
        for turn in row.turns
        if isinstance(turn.content, str) and turn.content.isupper()
    ]

line = b'{"messages":[{"role":"user","content":"WHY"},{"role":"assistant","content":"So."}]}'
for issue in check_row(3, line).issues:
    print(issue.line, issue.severity, issue.rule, issue.where, issue.message)
""")
    assert told == (
        "3 warning shouting messages[0].content This message shouts. Write it in lower case.\n"
    )


def test_a_command_is_a_line_and_a_method() -> None:
    told = follow("""
from textual.app import App
from tui import commands
from tui.commands import Command
from tui.dispatch import Dispatcher, handles

greet = Command("files.greet", "ctrl+g", "Greet", "Say hello.")

class Greeter:
    @handles("files.greet")
    def greet(self):
        print("hello")

assert Dispatcher(Greeter()).run("files.greet", App())
assert not Dispatcher(Greeter()).run("files.delete", App())
print(greet.where, greet.call)
""")
    assert told == "hello\nfiles command('files.greet')\n"


def test_a_provider_is_an_entry() -> None:
    told = follow("""
import tomllib
from importlib import resources
from tui.core.catalog.providers import BUILT_IN

entries = tomllib.loads(resources.files("tui").joinpath("data/providers.toml").read_text("utf-8"))
for entry in entries["providers"]:
    for host in entry.get("hosts", ()):
        url = f"https://{host.replace('*', 'some')}/v1"
        found = BUILT_IN.find("openai", url)
        limits = found.limits
        assert found.id == entry["id"], url
        known = not entry.get("sizes_assumed", False)
        assert (limits.known, limits.file_bytes) == (known, entry["file_bytes"]), url
        print(entry["id"], entry["source"] != "" and bool(entry["as_of"]))
""")
    assert "azure True" in told
    assert "False" not in told


def test_a_format_is_a_reader_and_an_entry() -> None:
    told = follow("""
import tui.core.formats.registry as registry
from tui.core.formats.row_reader import RowReader
from tui.core.formats.results import Format, Notes

def read_riddles(row, notes):
    '''Read a riddle and its solution.'''
    turns = [("user", row["riddle"]), ("assistant", row["solution"])]
    return {"messages": [{"role": role, "content": text} for role, text in turns]}

registry.FORMATS = (*registry.FORMATS, Format("riddles", "Riddles", "riddle, solution", read_riddles))
made = RowReader("riddles").read({"riddle": "What has teeth?", "solution": "A comb."}, Notes())
print(made)
""")  # noqa: E501
    assert "What has teeth?" in told
    assert "A comb." in told


def test_the_places_it_names_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`((?:tui|tests|services|core)/[\w./]+)`", text))
    assert named
    for one in named:
        places = [ROOT / one, ROOT / "tui" / one]
        assert any(place.exists() for place in places), one
    for one in re.findall(r"`test_contributing\.py::(\w+)`", text):
        assert one in globals(), one


def test_the_picture_has_every_package() -> None:
    picture = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("```")[1]
    told: dict[str, set[str]] = {}
    parent = ""
    for line in picture.splitlines():
        for name in re.findall(r"tui/(\w+)\b(?!\.)", line):
            told.setdefault(name, set())
        if first := re.match(r"tui/(\w+)\b(?!\.)", line.strip(" │╲▼")):
            parent = first[1]
        if parent:
            told[parent] |= {*re.findall(r"(?<![\w/])(\w+)/(?!\w)", line)}
    assert told == {
        package.name: {part.name for part in _folders(package)}
        for package in _folders(ROOT / "tui")
    }


def _folders(inside: Path) -> list[Path]:
    return [one for one in inside.iterdir() if one.name != "__pycache__" and [*one.glob("*.*")]]


def test_an_adapter_is_one_module() -> None:
    """An adapter turns what the provider sends into OpenAI's shape; services do the rest."""
    told = follow("""
import asyncio
from types import SimpleNamespace
from unittest import mock
from tui.core.catalog.abilities import Abilities, Ability
from tui.core.jobs.jobs import parse_job
from tui.services.provider.openai_protocol import NoEstimates
from tui.services.jobs.service import JobService

class AcmeJobs:
    '''Acme lists runs, and calls a run that ended "baked".'''
    def __init__(self, provider):
        self.provider = provider
    async def list(self, limit=None, *, mark=None):
        rows = await self.provider.get_json("/runs", doing="list the jobs")
        return [self.job(row) for row in rows]
    def job(self, row):
        status = {"baked": "succeeded"}.get(row["state"], row["state"])
        return parse_job({"id": row["run"], "status": status, "native": row})
    def mark_of(self, job):
        return None

class Acme:
    estimates = NoEstimates()
    abilities = Abilities("Acme", {Ability.JOBS: "yes"})
    def __init__(self, provider):
        self.jobs = AcmeJobs(provider)

class Provider:
    profile = SimpleNamespace(name="acme")
    async def get_json(self, path, doing):
        return [{"run": "r-1", "state": "baked"}, {"run": "r-2", "state": "proving"}]

store = mock.Mock()
provider = Provider()
jobs = JobService(provider, store, Acme(provider))
for job in asyncio.run(jobs.list()):
    print(job.id, job.status, job.raw["native"]["state"])
""")
    assert told == "r-1 succeeded baked\nr-2 proving proving\n"
