"""Editing the configuration file: what is not named stays, and nothing is lost."""

from __future__ import annotations

import os
import threading
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.services.errors import InputError, NotWritten
from tui.services.settings.config_editor import ConfigEditor
from tui.services.settings.locations import Locations
from tui.services.settings.setting_texts import settings_of, text_of, value_of

if TYPE_CHECKING:
    from pathlib import Path

FAR = {"base_url": "https://far.example/v1", "api_key_env": "FAR_KEY"}
WRITTEN = """\
# My providers. Ask Ada before changing.
notify = "off"   # the bell is broken
default_profile = "b"

# the first, for work
[profiles.a]
base_url = "https://a.example/v1"  # moved in May
api_key_env = 'A_KEY'

[profiles.a.prices]   # in euro
"gpt-4.1" = 3.50

# the second one,
# for play
[profiles."b"]
base_url = "https://b.example/v1"
headers = { "X-T" = "1" }  # team

# the end
"""


def editor(home: Path, text: str | None = WRITTEN) -> ConfigEditor:
    places = Locations.standard({"FINETUI_HOME": str(home)})
    if text is not None:
        places.config.mkdir(exist_ok=True)
        places.config_file.write_bytes(text.encode())
    return ConfigEditor(places, {"FINETUI_HOME": str(home)})


def content(home: Path) -> str:
    return (home / "config" / "config.toml").read_bytes().decode()


def profiles(home: Path) -> dict[str, Any]:
    return dict(tomllib.loads(content(home)).get("profiles", {}))


def test_a_first_profile_makes_the_file(tmp_path: Path) -> None:
    editor(tmp_path, None).add("far", {"kind": "openai", **FAR})
    assert profiles(tmp_path) == {"far": {"kind": "openai", **FAR}}
    assert content(tmp_path).startswith("# ")
    assert (tmp_path / "config" / "config.toml").stat().st_mode & 0o777 == 0o600


def test_an_addition_leaves_every_line_as_it_is(tmp_path: Path) -> None:
    editor(tmp_path).add("far away", {**FAR, "timeout": 5, "headers": {"X": {"env": "Y"}}})
    assert content(tmp_path).startswith(WRITTEN)
    added = content(tmp_path).removeprefix(WRITTEN)
    assert added == (
        '\n[profiles."far away"]\nbase_url = "https://far.example/v1"\napi_key_env = "FAR_KEY"\n'
        'timeout = 5\nheaders = {X = {env = "Y"}}\n'
    )


def test_a_change_touches_its_own_line_alone(tmp_path: Path) -> None:
    editor(tmp_path).edit("a", {"base_url": "https://new.example/v1"})
    assert content(tmp_path) == WRITTEN.replace("https://a.example", "https://new.example")


def test_a_new_setting_stands_with_those_of_its_profile(tmp_path: Path) -> None:
    editor(tmp_path).edit("b", {"timeout": 5, "read_only": True})
    assert content(tmp_path) == WRITTEN.replace(
        "# team\n", "# team\ntimeout = 5\nread_only = true\n"
    )
    editor(tmp_path).edit("a", {"timeout": 5})
    assert content(tmp_path) == WRITTEN.replace("'A_KEY'\n", "'A_KEY'\ntimeout = 5\n")


def test_a_setting_is_taken_out(tmp_path: Path) -> None:
    editor(tmp_path).edit("b", {"headers": None, "timeout": None})
    assert content(tmp_path) == WRITTEN.replace('headers = { "X-T" = "1" }  # team\n', "")


def test_a_profile_is_taken_out_and_the_comments_of_others_stay(tmp_path: Path) -> None:
    editor(tmp_path).remove("a")
    a, b = WRITTEN.index("[profiles.a]"), WRITTEN.index("# the second one")
    assert content(tmp_path) == WRITTEN[:a] + WRITTEN[b:]
    editor(tmp_path, content(tmp_path)).remove("b")
    assert "[" not in content(tmp_path)
    assert "default_profile" not in content(tmp_path)
    for kept in ("# My providers", "# the first, for work", "# the second one,", "# the end"):
        assert kept in content(tmp_path)


def test_the_default_is_set(tmp_path: Path) -> None:
    editor(tmp_path).set_default("a")
    assert content(tmp_path) == WRITTEN.replace('"b"\n\n', '"a"\n\n', 1)
    editor(tmp_path, '[profiles.a]\nbase_url = "https://x/v1"  # c\n').set_default("a")
    assert content(tmp_path).endswith('[profiles.a]\nbase_url = "https://x/v1"  # c\n')
    assert tomllib.loads(content(tmp_path))["default_profile"] == "a"


@pytest.mark.parametrize(
    "text",
    [
        'profiles = { a = { base_url = "https://a/v1" } }  # all\n',
        'profiles.a.base_url = "https://a/v1"  # all\n',
        '[profiles]\na = { base_url = "https://a/v1" }  # all\n',
        '[profiles]\na.base_url = "https://a/v1"  # all\n',
        '[profiles.a]\r\nbase_url = "https://a/v1"  # all\r\n\r\n[profiles.c]\r\nkind="openai"\r\n',
        '[profiles.a]  # all\nbase_url = "https://a/v1"\n[ profiles . "c" ]\nkind = "openai"\n',
        '\ufeff# all\n[profiles.a]\nbase_url = "https://a/v1"\n',
        '# all\n[profiles.a]\nbase_url = """\nhttps://a/v1"""\n[profiles.a.prices]\nx = 1\n',
    ],
)
def test_however_it_is_written_the_values_are_right_or_nothing_is_done(
    tmp_path: Path, text: str
) -> None:
    before = tomllib.loads(text.removeprefix("\ufeff"))
    one = editor(tmp_path, text)
    one.add("b", {"kind": "openai"})
    one.edit("a", {"timeout": 5})
    expected = dict(before["profiles"])
    expected["a"] = {**expected["a"], "timeout": 5}
    assert profiles(tmp_path) == {**expected, "b": {"kind": "openai"}}
    assert "# all" in content(tmp_path)
    assert ("\r\n" in content(tmp_path)) == ("\r\n" in text)
    assert "\n" not in content(tmp_path).replace("\r\n", "") or "\r\n" not in text
    one.remove("b")
    assert profiles(tmp_path) == expected
    one.remove("a")
    assert "a" not in profiles(tmp_path)


_NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12
).map(lambda name: f"x{name}" if name in {"lab", "openai"} or name[0] == "-" else name)
_VALUES = st.one_of(
    st.tuples(st.just("timeout"), st.integers(1, 99)),
    st.tuples(st.just("read_only"), st.booleans()),
    st.tuples(st.just("account"), st.from_regex(r"[a-z]{1,9}", fullmatch=True)),
    st.tuples(st.just("key_command"), st.text().map(lambda t: t if t.split() else f"{t}x")),
    st.tuples(st.just("key_command"), st.lists(_NAMES, min_size=1, max_size=3)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_NAMES, st.lists(_VALUES, max_size=3)), min_size=1, max_size=4))
def test_any_changes_give_the_values_asked_for(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, list[tuple[str, Any]]]]
) -> None:
    home = tmp_path_factory.mktemp("home")
    one = editor(home)
    expected = profiles(home)
    for name, values in changes:
        made = {"base_url": "https://x.example/v1", **dict(values)}
        one.edit(name, made)
        expected[name] = {**expected.get(name, {}), **made}
        assert profiles(home) == expected
    lines = content(home).splitlines()
    assert all(line in lines for line in WRITTEN.splitlines() if line.startswith("#"))
    for name, _ in changes:
        if name in expected:
            one.remove(name)
            del expected[name]
        assert profiles(home) == expected


def test_programs_that_edit_at_once_lose_nothing(tmp_path: Path) -> None:
    one = editor(tmp_path)
    threads = [
        threading.Thread(target=editor(tmp_path, None).add, args=(f"p{n}", FAR)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(profiles(tmp_path)) == {"a", "b", *(f"p{n}" for n in range(8))}
    assert content(tmp_path).startswith(WRITTEN)
    one.remove("p3")
    assert "p3" not in profiles(tmp_path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"timeout": "soon"}, "timeout must be a number"),
        ({"api_key_env": "A", "key_command": "x"}, "one key"),
        ({"bas_url": "x"}, "did you mean base_url"),
        ({"kind": "opneai"}, "did you mean openai"),
    ],
)
def test_what_cannot_be_used_is_not_written(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match="was not changed") as caught:
        editor(tmp_path).edit("b", changes)
    assert words in caught.value.cause
    assert "line" not in caught.value.cause
    assert content(tmp_path) == WRITTEN


def test_a_profile_with_a_mistake_can_be_mended_and_removed(tmp_path: Path) -> None:
    broken = WRITTEN.replace("api_key_env", "api_kye_env") + '[profiles.c]\ntimeout = "x"\n'
    editor(tmp_path, broken).remove("c")
    editor(tmp_path, content(tmp_path)).edit("a", {"api_kye_env": None, "api_key_env": "A_KEY"})
    assert profiles(tmp_path)["a"]["api_key_env"] == "A_KEY"


def test_no_toml_is_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not valid TOML"):
        editor(tmp_path, "a = = 1\n").add("far", FAR)
    assert content(tmp_path) == "a = = 1\n"


def test_a_name_that_is_there_or_cannot_be(tmp_path: Path) -> None:
    for name, words in (("a", "there is a profile a"), (" ", "needs a name"), ("a\nb", "seen")):
        with pytest.raises(InputError) as caught:
            editor(tmp_path).add(name, FAR)
        assert words in caught.value.cause
    with pytest.raises(InputError, match="has no profile z"):
        editor(tmp_path).remove("z")
    assert content(tmp_path) == WRITTEN


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    one = editor(tmp_path, None)
    mine = tmp_path / "dotfiles.toml"
    mine.write_text(WRITTEN)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").symlink_to(mine)
    one.add("far", FAR)
    assert "[profiles.far]" in mine.read_text()


def test_a_disk_that_refuses_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    one = editor(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match="No space left"):
        one.add("far", FAR)
    assert content(tmp_path) == WRITTEN
    assert [path.name for path in (tmp_path / "config").iterdir()] == ["config.toml"]


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("timeout=5", 5),
        ("timeout=0.5", 0.5),
        ("read-only=yes", True),
        ("file_bytes=1_000", 1000),
        ("methods=supervised, dpo", ["supervised", "dpo"]),
        ("headers=X-A: b c; X-K: $NAME", {"X-A": "b c", "X-K": {"env": "NAME"}}),
        ("prices=gpt-4.1: 3.5", {"gpt-4.1": 3.5}),
        ("account=acme", "acme"),
        ("key_command=pass show a=b", "pass show a=b"),
        ("timeout=", None),
    ],
)
def test_a_setting_in_words(pair: str, value: object) -> None:
    [(name, read)] = settings_of([pair]).items()
    assert read == value
    assert value_of(name, text_of(read)) == value


@pytest.mark.parametrize("pair", ["api_key=sk-123456", "nonsense", "tiemout=5", "headers=X"])
def test_what_no_setting_is(pair: str) -> None:
    with pytest.raises(InputError) as caught:
        settings_of([pair])
    assert "sk-123456" not in str(caught.value)


def test_a_profile_gets_another_name_on_its_own_lines_alone(tmp_path: Path) -> None:
    editor(tmp_path).rename("a", "new one")
    renamed = WRITTEN.replace("[profiles.a", '[profiles."new one"')
    assert content(tmp_path) == renamed
    editor(tmp_path, renamed).rename("b", "c")  # the default follows
    expected = renamed.replace('[profiles."b"]', "[profiles.c]")
    assert content(tmp_path) == expected.replace('default_profile = "b"', 'default_profile = "c"')


def test_a_keyring_entry_called_as_the_profile_follows_and_no_other(tmp_path: Path) -> None:
    text = (
        '[profiles.a]\nkey_keyring = "a"  # mine\nkind = "openai"\n'
        '[profiles.b]\nkey_keyring = "a"\nkind = "openai"\n'
    )
    editor(tmp_path, text).rename("a", "z")
    assert content(tmp_path) == text.replace('profiles.a]\nkey_keyring = "a"',
                                             'profiles.z]\nkey_keyring = "z"')  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        'profiles = { a = { base_url = "https://a/v1" } }  # all\n',
        'profiles.a.base_url = "https://a/v1"  # all\n',
        '[profiles]\na = { base_url = "https://a/v1" }  # all\n',
        '[profiles.a]\r\nbase_url = "https://a/v1"  # all\r\n\r\n[profiles.c]\r\nkind="openai"\r\n',
        '[profiles.\'a\']  # all\nbase_url = "https://a/v1"\n[ profiles . "a" . prices ]\nx = 1\n',
        '\ufeff# all\n["profiles".a]\nbase_url = "https://a/v1"\n',
    ],
)
def test_however_it_is_written_a_name_is_changed(tmp_path: Path, text: str) -> None:
    before = tomllib.loads(text.removeprefix("\ufeff"))["profiles"]
    editor(tmp_path, text).rename("a", "z.z")
    expected = {"z.z" if name == "a" else name: one for name, one in before.items()}
    assert profiles(tmp_path) == expected
    assert "# all" in content(tmp_path)


def test_a_name_that_is_taken_or_not_there_changes_nothing(tmp_path: Path) -> None:
    for old, new in (("a", "b"), ("gone", "c")):
        with pytest.raises(InputError, match="not renamed"):
            editor(tmp_path).rename(old, new)
        assert content(tmp_path) == WRITTEN


KEYS = """\
keymap = "vim"  # as at home

[keys]  # few
"datasets.save" = "ctrl+w"  # as in nano
jobs.new = "N"
# the end of the keys

# the first
[profiles.a]
base_url = "https://a.example/v1"
"""


@pytest.mark.parametrize(
    ("changes", "old", "new"),
    [
        ({"datasets.save": ["W"]}, '"ctrl+w"  #', '"W"  #'),
        ({"jobs.new": ["n", "N"]}, 'new = "N"', 'new = ["n", "N"]'),
        ({"jobs.new": None}, 'jobs.new = "N"\n', ""),
        ({"datasets.open": []}, "\n\n# the first", '\n"datasets.open" = []\n\n# the first'),
    ],
)
def test_keys_are_changed_in_their_place(
    tmp_path: Path, changes: dict[str, list[str] | None], old: str, new: str
) -> None:
    made = editor(tmp_path, KEYS)
    made.set_keys(changes)
    path = Locations.standard({"FINETUI_HOME": str(tmp_path)}).config_file
    after = path.read_text()
    assert tomllib.loads(after) == tomllib.loads(KEYS.replace(old, new, 1))
    for line in ("# as at home", "[keys]  # few", "# the first\n[profiles.a]"):
        assert line in after
    if "open" not in new:
        assert after == KEYS.replace(old, new, 1)


def test_a_key_that_is_not_known_is_not_written(tmp_path: Path) -> None:
    made = editor(tmp_path, KEYS)
    with pytest.raises(InputError, match=r"no command datasets\.svae"):
        made.set_keys({"datasets.svae": ["x"]})
    path = Locations.standard({"FINETUI_HOME": str(tmp_path)}).config_file
    assert path.read_text() == KEYS
