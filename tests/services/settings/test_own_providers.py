"""The user's own providers.toml: adds providers, overrides settings, and says what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.replay.base import KEY, Replay
from tests.replay.circle import dataset, profile
from tui.core.catalog.abilities import Ability
from tui.services.errors import InputError
from tui.services.settings.locations import Locations
from tui.services.settings.profiles import ProfileBook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.server import Seen

ACME = """
[[providers]]
id = "acme"
name = "Acme Tuning"
hosts = ["tune.acme.example"]
file_bytes = 4000
source = "Acme's handbook"
as_of = 2026-11-28

[providers.paths]
jobs = "/tuning-runs"

[providers.auth]
header = "x-acme-key"
scheme = "Token"

[providers.offers]
suffix = "no"
pause = "no"
metadata = "no"

[providers.statuses]
COOKING = "running"
DONE = "succeeded"

[providers.training]
methods = ["supervised"]
parameters = ["n_epochs", "learning_rate"]
place = "top"
suffix_most = 0
always = { region = "eu" }
"""


class AcmeReplay(Replay):
    """Speaks the protocol with other paths, words and limits."""

    kind = "acme"
    base = "acme-1"
    lives = ("COOKING", "DONE")
    gives_metadata_back = False
    takes_suffix = False
    extra_fields = ("region",)

    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("x-acme-key") == f"Token {KEY}"

    def act(self, seen: Seen) -> tuple[int, object]:
        if seen.path.startswith("/fine_tuning"):
            return 404, "not here"
        if seen.path.startswith("/tuning-runs"):
            seen.path = seen.path.replace("/tuning-runs", "/fine_tuning/jobs")
        return super().act(seen)

    def refusal(self, asked: dict[str, object]) -> str:
        wrong = "metadata" in asked or asked.get("region") != "eu"
        return "a region, and no metadata" if wrong else ""


def write(home: Path, text: str) -> Path:
    path = home / "config" / "providers.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def load(home: Path, config: str = "") -> ProfileBook:
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "config.toml").write_text(config)
    environ = {"FINETUI_HOME": str(home)}
    return ProfileBook.load(Locations.standard(environ), environ)


def test_a_provider_with_other_limits_is_an_entry(tmp_path: Path) -> None:
    far = AcmeReplay()
    try:
        home = profile(far, tmp_path)
        write(tmp_path, ACME)
        data = dataset(tmp_path / "train.jsonl")
        accept = ("--yes", "--spend", "9", "--accept", "warnings,model")
        job = home.json(
            "jobs", "create", "--training-file", str(data), "--model", far.base,
            "--epochs", "2", "--learning-rate", "1e-5", *accept,
        )  # fmt: skip
        assert job["status"] == "running"
        [seen] = [one for one in far.seen if one.method == "POST" and "jobs" in one.path]
        body = json.loads(seen.body)
        assert body["hyperparameters"] == {"n_epochs": 2, "learning_rate_multiplier": 1e-5}
        assert home.json("jobs", "show", job["id"])["status"] == "succeeded"
        assert home.json("jobs", "list")["jobs"][0]["status"] == "succeeded"
        paused = home.run("jobs", "pause", job["id"])
        assert paused.returncode == 3
        assert "Acme Tuning does not offer pausing jobs" in paused.stderr
        large = dataset(tmp_path / "large.jsonl", rows=40)
        done = home.run("files", "upload", str(large), "--accept", "warnings")
        assert done.returncode == 2
        assert "Acme Tuning takes 4" in done.stderr
        assert far.wrong_keys == 0
    finally:
        far.close()


def test_one_setting_of_a_known_provider_is_overridden(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[[providers]]\nid = "azure"\nfile_bytes = 7\n[providers.offers]\npause = "no"\n'
        "[providers.training]\nsuffix_most = 9\n",
    )
    book = load(tmp_path, '[profiles.far]\nbase_url = "https://mine.openai.azure.com/openai/v1"\n')
    entry = book.get("far").provider_entry
    assert (book.get("far").kind, entry.id, entry.limits.file_bytes) == ("azure", "azure", 7)
    assert entry.abilities.of(Ability.PAUSE) == "no"
    assert entry.abilities.of(Ability.CANCEL) == "yes"
    assert entry.limits.wants_bom
    assert book.get("far").terms.suffix_most == 9
    assert "dpo" in book.get("far").terms.methods


def test_a_host_of_ones_own_is_known(tmp_path: Path) -> None:
    write(tmp_path, ACME)
    book = load(tmp_path, '[profiles.far]\nbase_url = "https://tune.acme.example/v1"\n')
    assert book.get("far").provider_entry.name == "Acme Tuning"


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("[[providers]]\nid = 3\n", 2, 1, "an id, a text"),
        ("[[providers]]\nname = 'x'\n", 1, 1, "an id, a text"),
        ("[[providers]]\nid = 'x'\nhost = ['y']\n", 3, 1, "did you mean hosts?"),
        ("[[providers]]\nid = 'x'\n  file_bytes = 'many'\n", 3, 3, "whole number"),
        ("[[providers]]\nid = 'x'\nfile_bytes = true\n", 3, 1, "whole number"),
        ("[[providers]]\nid = 'x'\nfile_bytes = -1\n", 3, 1, "a whole number, 0 or above"),
        ("[[providers]]\nid = 'x'\n[providers.training]\ndefault_rate = -1.0\n", 4, 1, "above 0"),
        ("[[providers]]\nid = 'x'\n[providers.training]\ndefault_rate = nan\n", 4, 1, "above 0"),
        ("[[providers]]\nid='x'\n[providers.offers]\npuase = 'no'\n", 4, 1, "did you mean pause?"),
        ("[[providers]]\nid='x'\n[providers.offers]\npause = 'maybe'\n", 4, 1, "yes, no, unknown"),
        ("[[providers]]\nid='x'\noffers = {pause = 1}\n", 3, 11, "yes, no, unknown"),
        ("[[providers]]\nid='x'\noffers = 'all'\n", 3, 1, "a table"),
        ("[[providers]]\nid='x'\n[providers.training]\nmethods=['sft']\n", 4, 1, "supervised"),
        (
            "[[providers]]\nid='x'\n[providers.training]\nparameters=[\n 'n_epoch',\n]\n", 5, 3,
            "did you mean n_epochs?",
        ),
        ("[[providers]]\nid='x'\n[providers.statuses]\nDONE = 'over'\n", 4, 1, "succeeded"),
        ("[[providers]]\nid='x'\n[[providers.dates]]\nmodel='m'\ntrain_until='x'\n", 5, 1, "date"),
        ("[[providers]]\nid='x'\n\n[[providers]]\nid='y'\nhots=[]\n", 6, 1, "did you mean hosts?"),
        ("[[provider]]\nid='x'\n", 1, 3, "did you mean providers?"),
        ("providers = 3\n", 1, 1, "[[providers]]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_line_and_column(
    tmp_path: Path, text: str, line: int, column: int, words: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load(tmp_path)
    assert str(path) in caught.value.cause
    assert f"(at line {line}, column {column})" in caught.value.cause
    assert words in caught.value.cause


def test_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, "[[providers]]\nid = = 2\n")
    with pytest.raises(InputError, match="line 2"):
        load(tmp_path)


def test_an_unknown_kind_is_told_with_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, '[profiles.far]\nkind = "azur"\nbase_url = "https://h/v1"\n')
    assert "azur" in caught.value.cause
    assert "azure" in caught.value.cause + caught.value.next_step
    assert "line 2" in caught.value.cause
