"""`finetui tokens`: what it writes, compares and fails on."""

from __future__ import annotations

import csv
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.rows import rows_of

if TYPE_CHECKING:
    from tests.home import Home


def write(path: Path, answers: list[int]) -> str:
    rows = [
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "a " * n},
            ]
        }
        for n in answers
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return str(path)


@pytest.fixture
def train(tmp_path: Path) -> str:
    return write(tmp_path / "train.jsonl", [4, 4, 5, 300])


def test_counts_per_example(home: Home, train: str, tmp_path: Path) -> None:
    table, lines = tmp_path / "out.csv", tmp_path / "out.jsonl"
    whole = home.json("tokens", train, "--per-example", str(table))["files"][0]
    home.json("tokens", train, "--per-example", str(lines))
    rows = [*csv.DictReader(table.read_text().splitlines())]
    assert [int(row["line"]) for row in rows] == [1, 2, 3, 4]
    assert sum(int(row["context_tokens"]) for row in rows) == whole["context_tokens"]
    assert sum(int(row["trained_tokens"]) for row in rows) == whole["trained_tokens"]
    objects = rows_of(lines)
    assert [{k: str(v) for k, v in each.items()} for each in objects] == rows


def test_reports(home: Home, train: str, tmp_path: Path) -> None:
    report, drawing = tmp_path / "report.md", tmp_path / "bars.svg"
    image = tmp_path / "bars.png"
    drawn = ("--svg", str(drawing), "--png", str(image))
    ran = home.run("tokens", train, "--report", str(report), *drawn)
    assert ran.returncode == 0
    assert "- Examples: 4 in 4 lines" in report.read_text()
    assert "| p99 |" in report.read_text()
    assert ET.fromstring(drawing.read_text()).tag.endswith("svg")
    assert image.read_bytes().startswith(b"\x89PNG")


def test_against_a_validation_file(home: Home, train: str, tmp_path: Path) -> None:
    other = write(tmp_path / "valid.jsonl", [40])
    told = home.json("tokens", train, "--against", other)
    assert [file["path"] for file in told["files"]] == [train, other]
    assert "as long in validation as in training" in told["difference"]["words"]


@pytest.mark.parametrize(("most", "code"), [(1000, 0), (100, 1)])
def test_fail_over(home: Home, train: str, most: int, code: int) -> None:
    ran = home.run("tokens", train, "--fail-over", str(most))
    assert ran.returncode == code
    assert ("train.jsonl:4:" in ran.stderr) == bool(code)


def test_a_file_that_cannot_be_written_is_one_line(home: Home, train: str, tmp_path: Path) -> None:
    ran = home.run("tokens", train, "--report", str(tmp_path / "no" / "report.md"))
    assert ran.returncode == 5
    assert "Cannot write the file" in ran.stderr


def test_an_ending_that_means_nothing_is_refused(home: Home, train: str, tmp_path: Path) -> None:
    done = home.run("tokens", train, "--per-example", str(tmp_path / "x.foo"))
    assert (done.returncode, (tmp_path / "x.foo").exists()) == (2, False)
    assert "One of .csv, .jsonl, .ndjson." in done.stderr


@pytest.mark.parametrize("option", ["--per-example", "--report", "--svg", "--png"])
def test_a_dataset_is_never_written_over(
    home: Home, train: str, tmp_path: Path, option: str
) -> None:
    before, link = Path(train).read_bytes(), tmp_path / "link"
    link.symlink_to(train)
    for target in (train, str(link)):
        ran = home.run("tokens", train, option, target)
        assert ran.returncode == 2
        assert "is a dataset to count" in ran.stderr
    other = write(tmp_path / "valid.jsonl", [3])
    assert home.run("tokens", train, "--against", other, option, other).returncode == 2
    assert Path(train).read_bytes() == before


def test_counts_go_into_a_pipe_too(home: Home, train: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_text)
        assert home.run("tokens", train, "--per-example", str(pipe)).returncode == 0
        assert "\n4,chat," in read.result(10)
    assert pipe.is_fifo()


def test_lines_without_an_example_are_told(home: Home, tmp_path: Path) -> None:
    train = write(tmp_path / "train.jsonl", [4])
    with Path(train).open("a") as file:
        file.write('{"messages": [broken\n[]\n')
    assert "no example       2 lines, left out" in home.run("tokens", train).stdout
    (told,) = home.json("tokens", train)["files"]
    assert (told["examples"], told["lines"]) == (1, 3)


def test_what_is_not_known_of_a_model_is_told(home: Home, train: str) -> None:
    ran = home.run("tokens", train, "--model", "mine")
    assert "mine is not in the list of models" in ran.stderr
    assert "cut short        unknown" in ran.stdout
    cut = home.run("tokens", write(Path(train), [2000]), "--model", "lab-small")
    assert "1 example (limit 1,024), 989 tokens lost" in cut.stdout


def test_the_standard_output_is_for_the_counts_alone(home: Home, train: str) -> None:
    ran = home.run("tokens", train, "--per-example", "-", "--against", train)
    assert ran.returncode == 0
    assert [row["line"] for row in csv.DictReader(ran.stdout.splitlines())] == ["1", "2", "3", "4"]
    assert home.run("tokens", train, "--per-example", "-", "--json").returncode == 2


def paid(home: Home, billed: str) -> None:
    """Give the profile "paid" a budget, and a model of known price with its validation."""
    folder = home.path / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        '[profiles.paid]\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = "K"\nbudget = 0.02\n'
    )
    (folder / "models.toml").write_text(
        '[[models]]\nid = "own"\nencoding = "o200k_base"\nprice_training = "10"\n'
        'price_input = "2"\nprice_output = "8"\ncurrency = "USD"\nas_of = 2026-11-01\n'
        f'source = "a bill"\nmethods = ["supervised"]\n{billed}\n'
    )


@pytest.mark.parametrize(
    ("billed", "said"),
    [
        ("validation_billed = true", "billed as training is"),
        ("validation_billed = false", "its tokens are not billed"),
        ("", "not known whether its tokens are billed"),
    ],
)
def test_prompts_validation_and_what_is_left_of_the_budget(
    home: Home, train: str, tmp_path: Path, billed: str, said: str
) -> None:
    paid(home, billed)
    other = write(tmp_path / "valid.jsonl", [40])
    words = ("tokens", train, "--against", other, "--test-prompts", "500", "--epochs", "2")
    words = (*words, "--model", "own", "--profile", "paid")
    told = home.json(*words)
    first, second = told["files"]
    asked = first["context_tokens"] - first["role_tokens"]["assistant"]
    price = asked * 2 + first["role_tokens"]["assistant"] * 8
    assert first["test_prompts"]["amount"] == pytest.approx(price * 500 / 4 / 1e6)
    amount = 0.0 if "false" in billed else second["context_tokens"] * 2 * 10 / 1e6
    assert told["validation"]["amount"] == pytest.approx(amount)
    assert told["budget"]["left"] == 0.02
    ran = home.run(*words).stdout
    assert f"validation: {said}" in ran.replace(f"{amount:.4f} USD, ", "")
    assert "test prompts     500: " in ran
    assert "budget 0.02 USD: nothing spent, " in ran


def test_the_cost_line_tells_of_tool_definitions(home: Home, train: str, tmp_path: Path) -> None:
    paid(home, "")
    function = {"name": "look_up", "description": "Looks a word up.", "parameters": {}}
    rows = [
        {**json.loads(one), "tools": [{"type": "function", "function": function}]}
        for one in Path(train).read_text().splitlines()
    ]
    tooled = tmp_path / "tooled.jsonl"
    tooled.write_text("".join(json.dumps(one) + "\n" for one in rows))
    words = ("--model", "own", "--profile", "paid", "--epochs", "2")
    (told,) = home.json("tokens", str(tooled), *words)["files"]
    (plain,) = home.json("tokens", train, *words)["files"]
    assert told["cost"] == plain["cost"], "the definitions are beside the cost"
    tokens = told["tool_definition_tokens"] * 2
    assert tokens > 0
    assert told["tool_definitions"]["billed_tokens"] == tokens
    assert told["tool_definitions"]["amount"] == pytest.approx(tokens * 10 / 1e6)
    (line,) = [one for one in home.run("tokens", str(tooled), *words).stdout.splitlines()
               if one.startswith("  cost")]  # fmt: skip
    more = f"{tokens * 10 / 1e6:.4f} USD"
    assert f"+ tool definitions, not counted in: {tokens:,} tokens, about {more}" in line
    assert "tool definitions" not in home.run("tokens", train, *words).stdout
    report = tmp_path / "report.md"
    assert home.run("tokens", str(tooled), *words, "--report", str(report)).returncode == 0
    assert "not counted in: about" in report.read_text()


def test_less_than_one_prompt_is_refused(home: Home, train: str) -> None:
    assert home.run("tokens", train, "--test-prompts", "0").returncode == 2


@pytest.mark.parametrize(
    "words", [("--epochs", "0"), ("--epochs", "51"), ("--model", ""), ("--model", "ft:")]
)
def test_what_no_job_could_have_is_refused(home: Home, train: str, words: tuple[str, str]) -> None:
    ran = home.run("tokens", train, *words)
    assert ran.returncode == 2
    assert words[0] in ran.stderr
