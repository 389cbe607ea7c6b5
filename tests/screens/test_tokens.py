"""Tokens by keyboard: the report, its bars, the price, a second file, and what is cut."""

from __future__ import annotations

import json
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static

from tests.rows import qa
from tests.until import toasts, until
from tui.app import FinetuiApp
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.path import PathDialog
from tui.screens.tokens import TokensScreen
from tui.screens.tokens.cost.model_prices import PricesDialog, besides
from tui.screens.tokens.dialogs import EpochsDialog, PromptsDialog
from tui.screens.tokens.examples.pieces import PiecesDialog
from tui.screens.tokens.report.figures import FileFigures
from tui.services.tokens.service import TokenService
from tui.services.tokens.vocabularies import encoder
from tui.widgets.charts.histogram import Histogram
from tui.widgets.frame.error_panel import ErrorPanel
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from textual.pilot import Pilot
    from textual.screen import Screen

    from tui.services.workers import Pool


pytestmark = pytest.mark.usefixtures("app_home")


def line(question: str, answer: str) -> str:
    return json.dumps(qa(question, answer))


def write(path: Path, answers: Sequence[int]) -> Path:
    """Write one example an answer, each answer of this many words."""
    rows = [line(f"Question {i}?", "word " * n) for i, n in enumerate(answers)]
    path.write_text("".join(f"{row}\n" for row in rows))
    return path


def tokens_of(path: Path) -> list[int]:
    """Count as the cookbook does."""
    count = encoder("o200k_base").count
    return [
        3 + sum(3 + count(m["role"]) + count(m["content"]) for m in json.loads(row)["messages"])
        for row in path.read_text().splitlines()
    ]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write(tmp_path / "train [x].jsonl", [1, 2, 2, 3, 5, 8, 13, 21, 34, 55, 89, 2000])


@asynccontextmanager
async def shown(
    path: Path | None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], TokensScreen]]:
    """Start the program on a dataset and go to Tokens."""
    app = FinetuiApp(str(path) if path else None)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("2")
        await until(lambda: isinstance(app.screen, TokensScreen), pilot)
        screen = app.screen
        assert isinstance(screen, TokensScreen)
        if path is not None:
            await until(lambda: not screen.view.has_class("-waiting"), pilot)
        yield pilot, screen


def text(screen: Screen[Any], name: str) -> str:
    return str(screen.query_one(name, Static).content)


async def dialog(pilot: Pilot[Any], kind: type) -> None:
    await until(lambda: isinstance(pilot.app.screen, kind), pilot)


def said(pilot: Pilot[Any]) -> str:
    return " ".join(toasts(pilot.app))


async def test_without_colours_everything_is_shown(
    dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown(dataset) as (pilot, screen):
        await pilot.press("right", "a", "t", "x")
        await until(lambda: screen.view.has_class("-listing"), pilot)
        await pilot.press("v")
        await dialog(pilot, PiecesDialog)
        await pilot.press("escape", "p")
        await dialog(pilot, PricesDialog)


async def test_without_a_dataset_it_says_which_keys_open_one() -> None:
    async with shown(None) as (pilot, screen):
        assert "Press 1, then o to open one, or s for the sample." in text(screen, "#state")
        await pilot.press("t", "e", "x", "r", "c", "y", "escape")
        assert screen.is_current
        assert screen.view.has_class("-waiting")
        # The tour goes on when the report is there.
        app = pilot.app
        assert isinstance(app, FinetuiApp)
        await pilot.press("1", "s")
        await until(lambda: app.tour.step == 0, pilot)
        await pilot.press("2")
        await until(lambda: app.tour.step == 1, pilot)


async def test_the_report_counts_prices_and_names_what_is_cut(dataset: Path) -> None:
    counts = tokens_of(dataset)
    over = counts[-1] - 1024
    billed = sum(min(1024, n) for n in counts)
    async with shown(dataset) as (pilot, screen):
        facts, table = text(screen, "#facts"), text(screen, "#figures")
        assert "lab-small · ≈ estimated with o200k_base" in facts
        assert f"1 example over 1,024 loses {over:,} tokens" in facts
        # The reply's three tokens of start are cut too, and are no text.
        assert f"{over - 3:,} trained: line 12 (−{over:,})" in facts
        epochs = screen.state.files[0].report.predicted_epochs
        assert f"≈ {billed * epochs:,} tokens = {billed:,} × {epochs} epochs (predicted" in facts
        assert re.search(r"Cost +free", facts)
        assert [row.split()[:2] for row in table.splitlines() if "total" in row] == [
            ["total", f"{sum(counts):,}"]
        ]
        for width, height in ((80, 24), (120, 36)):
            await pilot.resize_terminal(width, height)
            for name in ("#facts", "#figures", "#charts"):
                region = screen.query_one(name).region
                assert region.bottom <= height - 2
                assert region.right <= width
        await pilot.press("x")
        await until(lambda: screen.view.has_class("-listing"), pilot)
        assert [item.line for item in screen.examples.listed] == [12]
        await pilot.press("escape")
        await until(lambda: not screen.view.has_class("-listing"), pilot)
        assert "▸context" in text(screen, "#figures")
        await pilot.press("t")
        await until(lambda: "▸trained" in text(screen, "#figures"), pilot)
        title = screen.query_one("#charts").border_title
        assert "Trained tokens per example" in str(title)
        chart = screen.query_one("#first", Histogram)
        assert chart.bars[-1].last == screen.state.files[0].report.trained_summary.max


async def test_another_model_and_epochs_change_the_price_and_stay(dataset: Path) -> None:
    total = sum(tokens_of(dataset))
    async with shown(dataset) as (pilot, screen):
        await pilot.press("m")
        await dialog(pilot, Choose)
        await pilot.press(*"4.1-mini", "enter")
        await until(lambda: "gpt-4.1-mini" in text(screen, "#facts"), pilot)
        facts = text(screen, "#facts")
        assert "no new jobs after 2027-01-06" in facts
        # 12 examples: the cookbook's rule makes 100 // 12 = 8 epochs of them.
        assert f"{total * 8:,} tokens = {total:,} × 8 epochs (predicted" in facts
        assert "at $5.00 per 1M tokens, as of 2025-07-01" in facts
        assert "estimated" not in facts
        await pilot.press("e")
        await dialog(pilot, EpochsDialog)
        await pilot.press(*"99", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, EpochsDialog)
        pilot.app.screen.query_one(Input).value = "2"
        await pilot.press("enter")
        await until(lambda: "× 2 epochs (set" in text(screen, "#facts"), pilot)
        assert f"${Decimal(total * 2 * 5) / 1_000_000:.4f}" in text(screen, "#facts")
        await pilot.press("1", "2")
        await until(lambda: screen.is_current, pilot)
        assert screen.state.model_for(screen.workspace.profile) == "gpt-4.1-mini-2025-04-14"
        # Another number of test prompts is priced.
        await pilot.press("n")
        await dialog(pilot, PromptsDialog)
        pilot.app.screen.query_one(Input).value = "0"
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PromptsDialog)
        pilot.app.screen.query_one(Input).value = "2,000"
        await pilot.press("enter")
        await dialog(pilot, PricesDialog)
        assert "2,000 test prompts" in str(pilot.app.screen.query_one(".table", Static).content)
        await pilot.press("n")
        await dialog(pilot, PromptsDialog)
        pilot.app.screen.query_one(Input).value = "1"
        await pilot.press("enter")
        await dialog(pilot, PricesDialog)
        assert "1 test prompt " in str(pilot.app.screen.query_one(".table", Static).content)
        await pilot.press("escape")
        await until(lambda: screen.is_current, pilot)
        await pilot.press("n")
        await dialog(pilot, PromptsDialog)
        await pilot.press("escape")
        await until(lambda: screen.is_current, pilot)
        await pilot.pause()
        assert screen.is_current, "whoever leaves the question asked for no prices"


async def test_the_cost_is_told_with_the_tool_definitions_it_is_without(tmp_path: Path) -> None:
    path = write(tmp_path / "tooled.jsonl", [5] * 12)
    function = {"name": "look_up", "description": "word " * 300, "parameters": {}}
    tools = [{"type": "function", "function": function}]
    rows = [{**json.loads(one), "tools": tools} for one in path.read_text().splitlines()]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    async with shown(path) as (pilot, screen):
        assert "tool definitions, not counted" not in text(screen, "#facts"), "the lab is free"
        await pilot.press("m")
        await dialog(pilot, Choose)
        await pilot.press(*"4.1-mini", "enter")
        await until(lambda: "gpt-4.1-mini" in text(screen, "#facts"), pilot)
        (cost,) = [one for one in text(screen, "#facts").splitlines() if one.startswith("Cost")]
        report = screen.state.files[0].report
        more = Decimal(report.total("tools") * report.epochs * 5) / 1_000_000
        assert f"+ tool definitions, not counted in: ≈ ${more:.4f}" in cost
        await pilot.press("p")
        await dialog(pilot, PricesDialog)
        assert "tokens an epoch, in none of these prices" in text(pilot.app.screen, ".table")


async def test_a_bar_leads_to_its_examples_and_one_of_them_to_datasets(dataset: Path) -> None:
    async with shown(dataset) as (pilot, screen):
        chart = screen.query_one("#first", Histogram)
        await until(lambda: screen.focused is chart, pilot)
        await pilot.press("end")
        bar = chart.bar
        assert bar is not None
        assert (bar.count, bar.up_to) == (1, 12)
        await pilot.press("enter")
        await until(lambda: screen.view.has_class("-listing"), pilot)
        listing = screen.query_one("#lines", RecordList)
        assert [item.line for item in screen.examples.listed] == [12]
        assert "Question" in listing.render_line(0).text
        await pilot.press("enter")
        await until(lambda: pilot.app.screen is not screen, pilot)
        await until(lambda: pilot.app.screen.query_one("#examples", RecordList).cursor == 11, pilot)
        await pilot.press("2", "escape")
        await until(lambda: screen.focused is chart, pilot)
        assert not screen.view.has_class("-listing")


async def test_an_example_is_shown_token_by_token(dataset: Path) -> None:
    async with shown(dataset) as (pilot, screen):
        await pilot.press("x")
        await until(lambda: screen.view.has_class("-listing"), pilot)
        await pilot.press("v")
        await dialog(pilot, PiecesDialog)
        body = str(pilot.app.screen.query_one("#pieces", Static).content)
        title = str(pilot.app.screen.query_one(".question", Static).content)
        assert "3 of them to open the reply" in title
        assert "▌ assistant  trained" in body
        assert "░ user  only read" in body
        assert "Question│ │11│?│" in body
        assert "▒▒ cut here" in body
        assert "[" not in body
        await pilot.press("i")
        body = str(pilot.app.screen.query_one("#pieces", Static).content)
        (number,) = encoder("o200k_base").encode("Question")
        assert f"Question[{number}]│" in body
        await pilot.press("escape")
        await until(lambda: screen.is_current, pilot)


async def test_scale_zoom_outliers_and_prices(dataset: Path) -> None:
    async with shown(dataset) as (pilot, screen):
        chart = screen.query_one("#first", Histogram)
        # A bar without examples has none to show.
        await pilot.press("end")
        while chart.bar is None or chart.bar.count:
            await pilot.press("left")
        await pilot.press("v")
        await until(lambda: "No example under the cursor" in said(pilot), pilot)
        assert screen.is_current
        await pilot.press("home")
        await pilot.press("a")
        await until(lambda: "log" in str(screen.query_one("#charts").border_title), pilot)
        assert chart.bars[-1].up_to == 12
        await pilot.press("a", "home")
        bar = chart.bar
        assert bar is not None
        await pilot.press("z")
        await until(lambda: screen.state.window.zoomed and chart.bars[-1].up_to == bar.count, pilot)
        await pilot.press("escape")
        await until(lambda: chart.bars[-1].up_to == 12, pilot)
        await pilot.press("o")
        await until(lambda: screen.view.has_class("-listing"), pilot)
        assert 12 in [item.line for item in screen.examples.listed]
        await pilot.press("escape", "p")
        await dialog(pilot, PricesDialog)
        table = str(pilot.app.screen.query_one(".table", Static).content)
        assert "▸ lab-small" in table
        assert "longest 10 % left out" in table
        assert "100 test prompts" in table
        assert "no new jobs after 2027-01-06" in table
        await pilot.press("escape")


async def test_a_second_file_stands_beside_the_first(dataset: Path, tmp_path: Path) -> None:
    write(tmp_path / "valid.jsonl", [80] * 10)
    async with shown(dataset) as (pilot, screen):
        await pilot.press("c")
        await dialog(pilot, PathDialog)
        found = pilot.app.screen.query_one("#found", RecordList)
        await until(lambda: found.count, pilot)
        await pilot.press("enter")  # the likely validation file is offered first
        await until(lambda: len(screen.state.files) == 2, pilot)
        await until(lambda: "B valid.jsonl" in text(screen, "#facts"), pilot)
        first, second = screen.query(Histogram)
        assert [(b.first, b.last) for b in first.bars] == [(b.first, b.last) for b in second.bars]
        assert (first.bars[-1].up_to, second.bars[-1].up_to) == (12, 10)
        assert "as long in B as in A" in text(screen, "#facts")
        await pilot.press("home", "right")
        assert second.cursor == first.cursor == 1
        for name in ("#facts", "#figures", "#second"):
            assert screen.query_one(name).region.bottom <= 22
        await pilot.press("escape")
        await until(lambda: len(screen.state.files) == 1, pilot)
        # One that cannot be read leaves the first.
        screen.state.beside = tmp_path / "gone.jsonl"
        await pilot.press("r")
        await until(lambda: screen.query_one(ErrorPanel).failure, pilot)
        assert "gone.jsonl" in screen.failure_text
        await pilot.press("escape")
        assert (len(screen.state.files), screen.state.beside) == (1, None)
        # The counts are written beside the dataset.
        await pilot.press("w")
        await dialog(pilot, Choose)
        await pilot.press("enter")
        out = dataset.with_name(f"{dataset.stem}-tokens.csv")
        await until(out.exists, pilot)
        await until(lambda: screen.is_current, pilot)
        assert len(out.read_text().splitlines()) == 13
        # Edits are counted before they are saved.
        document = screen.state.document
        assert document is not None
        await document.delete(11, 1, "delete")
        await until(lambda: screen.state.files[0].report.examples == 11, pilot)
        assert "nothing; the longest has" in text(screen, "#facts")
        await pilot.press("1")
        await until(lambda: not screen.is_current, pilot)
        await document.undo()
        await pilot.press("2")
        await until(lambda: screen.state.files[0].report.examples == 12, pilot)


async def test_lines_without_an_example_are_told_and_never_markup(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(line("[/b] \x1b[31m", "fine") + "\nnot json\n")
    async with shown(path) as (pilot, screen):
        assert "not counted: 1 line without an example" in text(screen, "#facts")
        await pilot.press("enter")
        await until(lambda: screen.view.has_class("-listing"), pilot)
        assert "[/b] ␛[31m" in screen.query_one("#lines", RecordList).render_line(0).text
        # An empty file says so.
        await pilot.press("escape")
        empty = tmp_path / "empty.jsonl"
        empty.touch()
        await screen.workspace.datasets.open(empty)
        chart = screen.query_one("#first", Histogram)
        await until(lambda: "No example to count." in chart.render_line(0).text, pilot)
        await pilot.press("end", "enter", "t")
        assert "No example to count." in chart.render_line(0).text
        await pilot.press("x")
        await until(lambda: screen.view.has_class("-listing"), pilot)
        assert "Nothing is cut" in screen.query_one("#lines", RecordList).render_line(0).text
        # No model is free for that.
        await pilot.press("escape", "p")
        await dialog(pilot, PricesDialog)
        told = "\n".join(str(each.content) for each in pilot.app.screen.query(Static))
        (paid,) = [line for line in told.splitlines() if "gpt-4.1-mini" in line]
        assert "free" not in paid
        assert "$0" in paid


@pytest.mark.parametrize(
    ("billed", "said"),
    [
        (True, "as validation: $0.0002, billed as training is"),
        (False, "as validation: not billed"),
        (None, "not known whether its tokens are billed; $0.0002 if so"),
    ],
)
async def test_a_validation_file_is_priced_where_it_is_billed(
    workers: Pool, tmp_path: Path, billed: bool | None, said: str
) -> None:
    service = TokenService(workers)
    facts = replace(service.catalog.find("gpt-4.1-mini-2025-04-14"), validation_billed=billed)
    rows = [line("Hi", "word " * 10).encode()]
    report = replace(await service.report(rows, "a", facts.id, epochs=2), facts=facts)
    await service.close()
    shown_text = str(besides(report, 100, FileFigures("valid.jsonl", report)))
    assert "valid.jsonl" in shown_text
    assert said in shown_text
    assert "c lays one beside" in str(besides(report, 100, None))


async def test_what_is_left_of_the_budget(dataset: Path, tmp_path: Path) -> None:
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(
        'default_profile = "paid"\n[profiles.paid]\nbase_url = "http://127.0.0.1:9/v1"\n'
        'api_key_env = "K"\nbudget = 20\n'
    )
    async with shown(dataset) as (_, screen):
        assert "Budget  20.00 USD: nothing spent, 19." in text(screen, "#facts")
        assert screen.query_one("#facts").region.bottom <= 22
        assert "left after this job" in screen.copy_text()[0]
