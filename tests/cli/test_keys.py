"""`finetui keys`: what keys there are by the configuration, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.home import Home

if TYPE_CHECKING:
    from pathlib import Path


def home_with(path: Path, text: str) -> Home:
    (path / "config").mkdir()
    (path / "config" / "config.toml").write_text(text)
    return Home(path)


def test_keys_are_those_of_the_set_and_the_users_own(tmp_path: Path) -> None:
    home = home_with(
        tmp_path,
        'keymap = "vim"\n[keys]\n"datasets.save" = ["ctrl+w", "W"]\njobs.new = ""\n',
    )
    document = home.json("keys")
    keys = {one["id"]: one["keys"] for one in document["commands"]}
    assert document["keymap"] == "vim"
    assert keys["datasets.save"] == ["ctrl+w", "W"]
    assert keys["jobs.new"] == []
    assert keys["lists.page_down"] == ["pagedown", "ctrl+d", "ctrl+f"]
    assert keys["chat.model"] == ["m"]
    assert {one["id"] for one in document["commands"] if one["own"]} == {
        "datasets.save",
        "jobs.new",
    }
    listed = home.run("keys", "write", "the", "file").stdout
    assert "* ctrl+w / W" in listed
    assert "datasets.open" not in listed
    checked = home.run("keys", "--check")
    assert (checked.returncode, checked.stdout) == (0, "keymap = vim: no problem\n")


def test_what_is_wrong_with_keys_is_told(tmp_path: Path) -> None:
    home = home_with(tmp_path, '[keys]\n"datasets.save" = "o"\n"jobs.new" = "ctrl+i"\n')
    document = home.json("keys", "--check", code=1)
    assert [(one["kind"], one["id"], one["key"]) for one in document["problems"]] == [
        ("clash", "datasets.save", "o"),
        ("unsendable", "jobs.new", "ctrl+i"),
    ]
    told = home.run("keys", "--check")
    assert "✗ datasets.save: o is the key of datasets.open too, in Datasets" in told.stdout
    assert "✗ jobs.new: ctrl+i does not arrive: terminals send it as tab" in told.stdout
    assert home.run("keys").returncode == 0


@pytest.mark.parametrize(
    ("text", "told", "step"),
    [
        (
            '[keys]\n\n"datasets.svae" = "x"',
            "no command datasets.svae, did you mean datasets.save? (at line 3, column 2)",
            "finetui keys lists them all",
        ),
        ('keymap = "vi"', "keymap is 'vi', not one of standard, vim, emacs", "Write vim"),
        (
            '[keys.datasets]\nopen = "x"\nsave = "ctlr+s"',
            "there is no key 'ctlr+s', did you mean ctrl+s? (at line 3, column 1)",
            "Write ctrl+s",
        ),
        ("[keys]\ndatasets.save = 4", "4 is not a key (at line 2", "a text or a list of texts"),
        ('[keys]\n"app.palette" = ""', "app.palette needs a key", "Name one"),
        ('[keys]\n"choose.take" = []', "choose.take needs a key", "Name one"),
        ("keys = 3", "keys is not a table", "Write [keys]"),
        ('[kes]\n"datasets.save" = "x"', "unknown table [kes], did you mean keys?", ""),
    ],
)
def test_a_command_or_key_that_is_not_known_is_an_error(
    tmp_path: Path, text: str, told: str, step: str
) -> None:
    home = home_with(tmp_path, text)
    for words in (("keys", "--check"), ("config", "check"), ("profiles", "list")):
        done = home.run(*words)
        assert done.returncode == 2
        assert told in done.stderr
        assert step in done.stderr
