"""Importing by keyboard: ShareGPT into a new file, a table into the open one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, Static

from tests.rows import rows_of
from tests.screens.test_datasets import dataset, listing, running
from tests.until import narrow, until
from tui.core.formats import convert, sniff
from tui.core.formats.records import Record
from tui.screens.datasets.importing.columns_dialog import ColumnsDialog
from tui.screens.datasets.importing.option_words import on_screen
from tui.screens.datasets.importing.preview import ConversionPreview
from tui.screens.datasets.importing.row_options_dialog import RowsDialog
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.path import PathDialog
from tui.widgets.field import Field
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from textual.pilot import Pilot

pytestmark = pytest.mark.usefixtures("app_folder")

__all__ = ["dataset"]


@pytest.fixture
def sharegpt(tmp_path: Path) -> Path:
    path = tmp_path / "sharegpt.json"
    rows: list[dict[str, Any]] = [
        {
            "id": f"id-{n}",
            "conversations": [
                {"from": "human", "value": f"question {n}"},
                {"from": "gpt", "value": f"answer {n}"},
            ],
        }
        for n in range(5)
    ]
    rows[2]["conversations"][0]["from"] = "[red]alien"
    rows[4] = {"conversations": []}
    path.write_text(json.dumps(rows, indent=1))
    return path


async def choose_path(pilot: Pilot[Any], path: Path) -> None:
    await until(lambda: isinstance(pilot.app.screen, PathDialog), pilot)
    pilot.app.screen.query_one(Input).value = str(path)
    await pilot.press("enter")


async def preview_of(pilot: Pilot[Any]) -> ConversionPreview:
    await until(lambda: isinstance(pilot.app.screen, ConversionPreview), pilot)
    screen = pilot.app.screen
    assert isinstance(screen, ConversionPreview)
    await until(lambda: text_of(screen, ".facts"), pilot)
    return screen


def text_of(screen: Any, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


async def test_sharegpt_is_imported_into_a_new_file(sharegpt: Path, tmp_path: Path) -> None:
    async with running(None, (80, 24)) as (pilot, screen):
        await pilot.press("i")
        await choose_path(pilot, sharegpt)
        preview = await preview_of(pilot)
        facts = text_of(preview, ".facts")
        assert "ShareGPT (60% of the rows: conversations with from and value)" in facts
        assert "5 rows read → 3 examples, 2 dropped" in facts
        # Arrows go through the examples only where they are in sight.
        await pilot.press("tab", "right", "shift+tab")
        await until(lambda: "[1 of 3 examples" in text_of(preview, ".views"), pilot)
        await pilot.press("right")
        await until(lambda: "[2 of 3 examples" in text_of(preview, ".views"), pilot)
        await pilot.press("left", "right", "tab")
        assert preview.query_one("#dropped", RecordList).count == 2
        await until(lambda: "turn 1 is by '[red]alien'" in text_of(preview, ".detail"), pilot)
        await pilot.resize_terminal(120, 36)
        await pilot.press("w")
        await choose_path(pilot, tmp_path / "drops.jsonl")
        await until(lambda: pilot.app.screen is preview, pilot)
        await until((tmp_path / "drops.jsonl").exists, pilot)
        await pilot.press("enter")
        await choose_path(pilot, tmp_path / "made.jsonl")
        await until(lambda: screen.document is not None, pilot)
        assert screen.document.path.name == "made.jsonl"
        assert len(screen.document) == 3
    drops = rows_of(tmp_path / "drops.jsonl")
    assert [d["position"] for d in drops if "reason" in d] == [3, 5]
    assert [d["value"] for d in drops if "key" in d] == ["id-0", "id-1", "id-3"]
    first = json.loads((tmp_path / "made.jsonl").read_text().splitlines()[0])
    assert first["messages"][0] == {"role": "user", "content": "question 0"}


async def test_a_table_is_appended_as_one_step(dataset: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("Frage,Antwort,Note\nq1,a1,1\nq2,,2\nq3,a3,3\n")
    async with running(dataset) as (pilot, screen):
        await pilot.press("i")
        await choose_path(pilot, table)
        await until(lambda: isinstance(pilot.app.screen, ColumnsDialog), pilot)
        columns = pilot.app.screen
        for key, part in (("home", "user"), ("down", "assistant")):
            await pilot.press(key, "enter")
            await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
            await narrow(pilot, part)
            await until(lambda: pilot.app.screen is columns, pilot)
        await pilot.press("ctrl+s")
        preview = await preview_of(pilot)
        await until(
            lambda: "3 rows read → 2 examples, 1 dropped" in text_of(preview, ".facts"), pilot
        )
        await pilot.press("a")
        await until(lambda: len(screen.document) == 14, pilot)
        assert screen.document.example(13).messages[0].text == "q3"
        await pilot.press("u")
        await until(lambda: len(screen.document) == 12, pilot)
        assert listing(screen).count == 12


async def test_keys_of_json_rows_are_named_and_joined(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    row = {"Sporsmal": "When?", "Kilde": {"Text": "Since 2011."}, "Svar": "2011.", "Slags": "qa"}
    path.write_text(json.dumps(row) + "\n")
    async with running(None) as (pilot, screen):
        await pilot.press("i")
        await choose_path(pilot, path)
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press("enter")  # what no reader knows is proposed to be read by its keys
        await until(lambda: isinstance(pilot.app.screen, ColumnsDialog), pilot)
        columns = pilot.app.screen
        for keys, part in (("home", "user"), ("down", "user"), ("down", "assistant")):
            await pilot.press(keys, "enter")
            await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
            await narrow(pilot, part)
            await until(lambda: pilot.app.screen is columns, pilot)
        listed = columns.query_one(RecordList)
        shown = [listed.render_line(n).text.split() for n in range(2)]
        assert [words[:3] for words in shown] == [
            ["user", "1", "Sporsmal"],
            ["user", "2", "Kilde.Text"],
        ]
        await pilot.press("ctrl+s")
        preview = await preview_of(pilot)
        await until(
            lambda: "1 row read → 1 example, 0 dropped" in text_of(preview, ".facts"), pilot
        )
        await pilot.press("enter")
        await choose_path(pilot, tmp_path / "made.jsonl")
        await until(lambda: screen.document is not None, pilot)
        assert screen.document.example(0).messages[0].text == "When?\n\nSince 2011."


async def test_what_becomes_of_rows_is_said_in_the_preview(tmp_path: Path) -> None:
    path = tmp_path / "judged.jsonl"
    rows = [{"prompt": "Q", "completion": a, "label": a == "good"} for a in ("good", "bad")]
    rows += [{"prompt": "", "completion": "voice", "label": True}]
    rows += [{"prompt": "R", "completion": "sure", "score": 3, "images": ["a.png"]}]
    path.write_text("\n".join(map(json.dumps, rows)))
    async with running(None) as (pilot, screen):
        await pilot.press("i")
        await choose_path(pilot, path)
        preview = await preview_of(pilot)
        await until(
            lambda: "4 rows read → 1 example, 3 dropped" in text_of(preview, ".facts"), pilot
        )
        await pilot.press("r")
        await until(lambda: isinstance(pilot.app.screen, RowsDialog), pilot)
        await pilot.press(*"images", "down", *"score", "enter")
        said = pilot.app.screen.query_one("#field-bad-where", Field)
        assert said.has_class("-wrong")
        await pilot.press(*"<2", "down", *"Say", "enter")
        await until(lambda: isinstance(pilot.app.screen, ConversionPreview), pilot)
        assert "4 rows read → 3 examples, 1 dropped" in text_of(pilot.app.screen, ".facts")
        await pilot.press("r")
        await until(lambda: isinstance(pilot.app.screen, RowsDialog), pilot)
        assert pilot.app.screen.query_one("#without", Input).value == "images"
        await pilot.press("down", "down", "down", "right", "enter")
        await until(lambda: isinstance(pilot.app.screen, ConversionPreview), pilot)
        assert "4 rows read → 1 example, 2 dropped" in text_of(pilot.app.screen, ".facts")
        await pilot.press("enter")
        await choose_path(pilot, tmp_path / "made.jsonl")
        await until(lambda: screen.document is not None, pilot)
        assert screen.document.example(0).kind == "preference"


async def leave(pilot: Pilot[Any], screen: Any) -> None:
    """Leave the dialogs of an import, which writes nothing."""
    while (dialog := pilot.app.screen) is not screen:
        await pilot.press("escape")  # once each: keys pressed meanwhile wait until it has passed
        await until(lambda dialog=dialog: pilot.app.screen is not dialog, pilot)
    assert screen.document is None


async def test_what_is_only_looked_at_and_left_imports_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(2):
        (folder / f"{n}.jsonl").write_text('{"text": "### Human: Q\\n### Assistant: A"}\n')
    async with running(None) as (pilot, screen):
        await pilot.press("i")
        await until(lambda: isinstance(pilot.app.screen, PathDialog), pilot)
        pilot.app.screen.query_one(Input).value = f"{folder}/"
        listed = pilot.app.screen.query_one(RecordList)
        await until(lambda: listed.count == 3, pilot)
        await pilot.press("enter")
        preview = await preview_of(pilot)
        await until(lambda: "many: 2 files · Text" in text_of(preview, ".facts"), pilot)
        await pilot.press("f")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await pilot.press(*"alpaca", "enter")
        await until(lambda: isinstance(pilot.app.screen, ConversionPreview), pilot)
        await until(
            lambda: "2 rows read → 0 examples" in text_of(pilot.app.screen, ".facts"), pilot
        )
        await pilot.press("enter", "escape")  # nothing to go on with: enter does nothing
        await until(lambda: pilot.app.screen is screen, pilot)
        assert screen.document is None
        # What cannot be imported says why.
        path = tmp_path / "odd.csv"
        path.write_bytes("вопрос,ответ\n".encode("cp1251"))
        await pilot.press("i")
        await choose_path(pilot, path)
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        title = str(pilot.app.screen.query_one(".dialog").border_title)
        assert "neither UTF-8 nor Windows-1252" in title
        await leave(pilot, screen)
        # Columns stand first where no reader knows the rows.
        path = tmp_path / "odd.jsonl"
        path.write_text('{"foo": "What?", "bar": "This."}\n')
        await pilot.press("i")
        await choose_path(pilot, path)
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        assert pilot.app.screen.listed[0].value == "table"
        assert pilot.app.screen.query_one(RecordList).cursor == 0
        assert len(pilot.app.screen.listed) > 10  # the others follow
        await leave(pilot, screen)
        # Those with usual names are proposed.
        path = tmp_path / "dolly.jsonl"
        row = {"instruction": "When?", "context": "Since 2011.", "response": "2011."}
        path.write_text(json.dumps(row) + "\n")
        await pilot.press("i")
        await choose_path(pilot, path)
        await until(lambda: isinstance(pilot.app.screen, ColumnsDialog), pilot)
        await pilot.press("ctrl+s")
        preview = await preview_of(pilot)
        await until(lambda: "1 row read → 1 example" in text_of(preview, ".facts"), pilot)
        await leave(pilot, screen)
        # A bad name of an encoding is asked for again.
        path = tmp_path / "words.csv"
        path.write_bytes("prompt,completion\nwie schön,sehr schön\n".encode("cp1252"))
        await pilot.press("i")
        await choose_path(pilot, path)
        await preview_of(pilot)
        await pilot.press("e")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await narrow(pilot, "klingon")

        def title() -> str:
            return str(pilot.app.screen.query_one(".dialog").border_title)

        await until(lambda: "'klingon' is not an encoding" in title(), pilot)
        await narrow(pilot, "latin-1")
        assert "read as latin-1" in text_of(await preview_of(pilot), ".facts")
        await leave(pilot, screen)
        # Who leaves a later question is back at the preview.
        table = tmp_path / "table.csv"
        table.write_text("question,answer\nq1,a1\nq2,a2\n")
        await pilot.press("i")
        await choose_path(pilot, table)
        await until(lambda: isinstance(pilot.app.screen, ColumnsDialog), pilot)
        await pilot.press("ctrl+s")
        await preview_of(pilot)
        for key, asked in (
            ("f", Choose),
            ("c", ColumnsDialog),
            ("r", RowsDialog),
            ("enter", PathDialog),
        ):
            await pilot.press(key)
            await until(lambda asked=asked: isinstance(pilot.app.screen, asked), pilot)
            await pilot.press("escape")
            preview = await preview_of(pilot)
            assert "2 rows read → 2 examples" in text_of(preview, ".facts")
        await pilot.press("escape")
        await until(lambda: pilot.app.screen is screen, pilot)


@pytest.mark.parametrize(("encoding", "asks"), [("cp1251", False), ("shift_jis", True)])
async def test_the_encoding_is_guessed_shown_and_chosen(
    tmp_path: Path, encoding: str, asks: bool
) -> None:
    words = {"cp1251": ("Как дела у вас", "Хорошо"), "shift_jis": ("水は飲めますか", "はい")}[
        encoding
    ]
    path = tmp_path / "words.csv"
    english = "prompt,completion\nIs it fine to drink water from the tap here?,Yes it is\n"
    header = "prompt,completion\n" if asks else english
    path.write_bytes((header + ",".join(words) + "\n").encode(encoding))
    async with running(None) as (pilot, screen):
        await pilot.press("i")
        await choose_path(pilot, path)
        if not asks:  # it may be Windows-1252: what it reads like then is in the preview
            preview = await preview_of(pilot)
            await until(lambda: "read as Windows-1252" in text_of(preview, ".facts"), pilot)
            await pilot.press("e")
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        listed = pilot.app.screen.query_one(RecordList)
        first = listed.render_line(listed.cursor).text
        assert encoding in first
        assert words[0] in first
        await pilot.press("enter")
        preview = await preview_of(pilot)
        await until(lambda: f"read as {encoding}" in text_of(preview, ".facts"), pilot)
        await pilot.press("enter")
        await choose_path(pilot, tmp_path / "made.jsonl")
        await until(lambda: screen.document is not None, pilot)
        assert [one.text for one in screen.document.example(0 if asks else 1).messages] == [*words]


async def test_messages_in_rows_are_joined_and_people_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "chat.csv"
    path.write_text("sender,message\nMia,Is it open?\nAnn,Till six.\n")
    async with running(None) as (pilot, screen):
        await pilot.press("i")
        await choose_path(pilot, path)
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await narrow(pilot, "you say which")
        await until(lambda: isinstance(pilot.app.screen, ColumnsDialog), pilot)
        columns = pilot.app.screen
        assert text_of(columns, ".problem").startswith("No column for conversation yet")
        await pilot.press("end", "enter")  # * is all rows
        await until(lambda: isinstance(pilot.app.screen, Choose), pilot)
        await narrow(pilot, "conversation")
        await until(lambda: pilot.app.screen is columns, pilot)
        await pilot.press("ctrl+s")
        await preview_of(pilot)
        await pilot.press("r")
        await until(lambda: isinstance(pilot.app.screen, RowsDialog), pilot)
        pilot.app.screen.query_one("#field-answers-by", Field).query_one(Input).value = "Ann"
        await pilot.press("enter")
        preview = await preview_of(pilot)
        await until(lambda: "2 rows read → 1 example" in text_of(preview, ".facts"), pilot)
        await pilot.press("enter")
        await choose_path(pilot, tmp_path / "made.jsonl")
        await until(lambda: screen.document is not None, pilot)
        roles = [one.role for one in screen.document.example(0).messages]
        assert roles == ["user", "assistant"]


async def test_who_answers_in_an_export_is_asked_for_by_its_field_and_key(tmp_path: Path) -> None:
    export = tmp_path / "discord.json"
    said = [("Ann", "Open?"), ("Helper", "Till six.")]
    messages = [{"author": {"name": name}, "content": text, "timestamp": f"2026-01-0{day}"}
                for day, (name, text) in enumerate(said, 1)]  # fmt: skip
    export.write_text(json.dumps({"guild": {"name": "Testers"}, "channel": {"name": "help"},
                                  "messages": messages}))  # fmt: skip
    async with running(None, (80, 24)) as (pilot, screen):
        await pilot.press("i")
        await choose_path(pilot, export)
        await until(lambda: isinstance(pilot.app.screen, ColumnsDialog), pilot)
        await pilot.press("ctrl+s")
        preview = await preview_of(pilot)
        detail = text_of(preview, ".detail")
        assert "“Answers by” (r) says whose messages are answers" in detail
        assert "--" not in detail
        await pilot.resize_terminal(120, 36)
        await pilot.press("r")
        await until(lambda: isinstance(pilot.app.screen, RowsDialog), pilot)
        pilot.app.screen.query_one("#field-answers-by", Field).query_one(Input).value = "helper"
        await pilot.press("enter")
        preview = await preview_of(pilot)
        await until(lambda: "2 rows read → 1 example" in text_of(preview, ".facts"), pilot)
        await pilot.press("enter")
        await choose_path(pilot, tmp_path / "made.jsonl")
        await until(lambda: screen.document is not None, pilot)
        found = [(one.role, one.text) for one in screen.document.example(0).messages]
        assert found == [("user", "Open?"), ("assistant", "Till six.")]


ASKED = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**ASKED, "score": 0.2}, ("“Leave out score” (r)", "“Bad where score<N” (r)")),
        ({**ASKED, "label": "maybe"}, ("“Leave out label” (r)",)),
        ({"instruction": "", "input": "", "output": "So"}, ("“Empty prompts” (r)",)),
        ({"messages": [{"role": "alien", "content": "a"}, *ASKED["messages"]],
          "extra": "x"},
         ("“Map roles” (b, in the new file)",)),
    ],
)  # fmt: skip
def test_a_reason_names_fields_and_keys_and_no_option_of_the_command_line(
    row: dict[str, Any], words: tuple[str, ...]
) -> None:
    found = sniff([row]).format
    made = convert([Record(1, row)], found if found != "openai" else "hf")
    said = [*(one.reason for one in made.dropped), *(one.text for one in made.remarks)]
    shown = "\n".join(map(on_screen, said))
    assert any("--" in one for one in said), "the command line names its options"
    assert "--" not in shown
    assert all(one in shown for one in words)
