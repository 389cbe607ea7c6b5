"""Lines as JavaScript, Python, shells, logs and web pages write them: what is meant comes out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.any_format import TEXTS, AnyFile, absent, files
from tests.exploring import tried
from tests.json_values import any_json
from tests.rows import GOOD
from tui.cli.fix import chosen_rules, fixing
from tui.core.fixes import repair
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)
KEYS = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True)
VALUES = any_json(st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT, KEYS)
ROWS = st.lists(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3), min_size=1, max_size=3)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def line(row: object) -> str:
    return json.dumps(row, ensure_ascii=False)


def bare_keys(text: str) -> str:
    """Return JSON without the quotes around its keys; all of `KEYS` are identifiers."""
    return re.sub(
        r'(?:"(?:[^"\\]|\\.)*")(\s*:)?', lambda m: m[0][1:-2] + ":" if m[1] else m[0], text
    )


def raw_ends(text: str) -> str:
    r"""Return JSON with line ends in its texts where \n stood."""
    whole = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[0], text)
    return whole if all(part.strip() for part in whole.split("\n")) else text


DAMAGE: dict[str, Callable[[list[Any]], str]] = {
    "semicolons": lambda rows: ";\n".join(map(line, rows)) + ";\n",
    "one line of statements": lambda rows: "; ".join(map(line, rows)) + "\n",
    "no-break spaces": lambda rows: "".join(f"\xa0{line(r)}\u2028\u200b\n" for r in rows),
    "in colours": lambda rows: "".join(
        re.sub(rf"{_STRING.pattern}|[{{}}:,]", "\x1b[0;32m\\g<0>\x1b[m", line(r)) + "\n"
        for r in rows
    ),
    "numbered": lambda rows: "".join(f"{n}: {line(r)}\n" for n, r in enumerate(rows)),
    "logged": lambda rows: "".join(f"2024-05-01 10:00 INFO api - {line(r)}\n" for r in rows),
    "found by grep": lambda rows: "".join(f"a/b.jsonl:7:{line(r)}\n" for r in rows),
    "bare keys": lambda rows: "".join(f"{bare_keys(line(r))}\n" for r in rows),
    "Python": lambda rows: "".join(f"{r!r}\n" for r in rows),
    "old Python": lambda rows: "".join(
        re.sub(r"(?<![\w'])(?=')", "", repr(r)).replace("{'", "{u'", 1) + "\n" for r in rows
    ),
    "commas before": lambda rows: "[" + "\n,".join(map(line, rows)) + "\n]\n",
    "a table's cell": lambda rows: "".join('"' + line(r).replace('"', '""') + '"\n' for r in rows),
    "fences": lambda rows: "```json\n" + "".join(f"{line(r)}\n" for r in rows) + "```\n",
    "comments": lambda rows: "".join(f"{line(r)}, // row\n" for r in rows),
    "raw line ends": lambda rows: "".join(f"{raw_ends(line(r))}\n" for r in rows),
}


@tried(30)
@given(rows=ROWS)
@example(rows=[{"a": "b\nc\t'd\" // e; {f: 1}"}, {"g": True, "h": None}])
def test_what_was_written_comes_out(rows: list[Any]) -> None:
    for name, damaged in DAMAGE.items():
        made = repair(damaged(rows).encode())
        assert not made.left, name
        assert [json.loads(one) for one in made.lines] == rows, name


CODE = ("export default ", "module.exports = ", "const rows: Row[] = ", "window.a.b0 = ", "load(")


@pytest.mark.parametrize("code", CODE)
@pytest.mark.parametrize("indent", [None, 2])
def test_code_around_an_array_is_taken_out_and_told(code: str, indent: int | None) -> None:
    rows = [json.loads(GOOD), json.loads(GOOD)]
    end = ");" if code.endswith("(") else ";"
    made = repair(f"// made by hand\n{code}{json.dumps(rows, indent=indent)}{end}\n".encode())
    assert [json.loads(one) for one in made.lines] == rows
    told = [one.text for _, one in made.removed]
    assert {"// made by hand", code.strip()} <= {*told}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r'{"a": "\d+ it\'s C:\Users"}', {"a": "\\d+ it's C:\\Users"}),
        (r'{"a": "\d.\nThen \x22 \U0001F331"}', {"a": '\\d.\nThen " 🌱'}),
        ("{a: 0x1F, 'b': +1, c: .5, 2: -1_000, d: 5.,}",
         {"a": 31, "b": 1, "c": 0.5, "2": -1000, "d": 5.0}),
        ("{u'a': (1, 'b' 'c'), 'd': True}", {"a": [1, "bc"], "d": True}),
        ("{'a': 'b' 'c', 'd': array(['e', 1], dtype=object)}", {"a": "bc", "d": ["e", 1]}),
        ("{'a': 'it's'}", {"a": "it's"}),
        ('{"a": [{"b": 1} {"c": 2}]} \\n', {"a": [{"b": 1}, {"c": 2}]}),
        ('{"a": "b" "c": 1}}', {"a": "b", "c": 1}),
        ('{"a": "wrap\nped at 11 c\n"}', None),  # lines of one length
        ("{'a': ('long '\n       'text'),\n 'b': None}", {"a": "long text", "b": None}),
        (r"""'{"a": "b\\nc"}'""", None),  # the shell's backslashes, or Python's
        (r"""'{"a": "it\'s"}'""", {"a": "it's"}),
        (r'{"a": "C:\Users\new"}', None),  # \n may be a line break
        (r'{"a": "\alpha \frac{1}{2}"}', None),
        (r'{"a": "C:\x64\bin \d"}', None),
        ('{"a": 007}', None),
        ("{'a': b'c'}", None),
        ("{'a': 1, u'a': 2}", None),
        ('{"a": "cut o', None),
        ('{"a": "b"\n', None),
    ],
)  # fmt: skip
def test_only_what_is_meant_in_one_way_is_mended(written: str, meant: object) -> None:
    made = repair(f"{written}\n".encode())
    if meant is None:
        assert made.left
        # Nothing of it is gone: only the way in which it is quoted may have changed.
        kept = b"\n".join(made.lines).decode()
        assert re.findall(r"\w+", kept.replace("\\", "")) == re.findall(
            r"\w+", written.replace("\\", "")
        )
    else:
        assert not made.left
        assert [json.loads(one) for one in made.lines] == [meant]


AROUND = ("{}", "{};", "\xa0{}", "3: {}", "{} # {}", "const a = [{}]", "'{}'", "```\n{}\n```")


@tried(60)
@given(files(TEXTS), st.sampled_from(AROUND))
def test_nothing_is_lost_of_lines_with_something_around(file: AnyFile, around: str) -> None:
    lines = file.data.decode("utf-8", "replace").split("\n")
    data = "\n".join(around.replace("{}", one) for one in lines if one).encode()
    try:
        made = fixing("in.jsonl", data, chosen_rules(None))
    except InputError:  # no line is JSON, whatever stands around it
        return
    assert absent(data, made.data, [one.text for _, one in made.removed]) == []
