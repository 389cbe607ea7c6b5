"""The README's pictures: one of every mode, well-formed, small, and drawn without anything else."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.pictures.svg import draw
from tui.commands import MODES

FOLDER = Path(__file__).parent / "pictures"
README = Path(__file__).parent.parent / "README.md"
SVG = "{http://www.w3.org/2000/svg}"


def test_every_mode_has_a_picture_and_the_readme_shows_it() -> None:
    readme = README.read_text(encoding="utf-8")
    for _, mode, title in MODES:
        picture = FOLDER / f"{mode}.svg"
        assert f"tests/pictures/{picture.name}" in readme
        text = picture.read_text(encoding="utf-8")
        assert len(text) < 150_000
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
        ElementTree.fromstring(text)
        assert title in text


def test_text_stays_text_and_blocks_and_boxes_become_shapes() -> None:
    line = [Segment("a <b> & 漢", Style(color="#ff0000", bold=True)), Segment(" ██▄ ┏━╮ ⣿")]
    root = ElementTree.fromstring(draw([Strip(line)], 30, "<title>", "#121212"))
    texts = {one.text: one for one in root.iter(f"{SVG}text")}
    assert "<title>" in texts
    assert {"a", "<b>", "&", "漢"} <= {*texts}
    assert texts["<b>"].get("fill") == "#ff0000"
    assert texts["<b>"].get("font-weight") == "bold"
    bars = [*root.iter(f"{SVG}rect")][1:]
    assert [round(float(one.get("width", ""))) for one in bars] == [17, 9]  # two of a row are one
    assert float(bars[0].get("height", "")) > 1.9 * float(bars[1].get("height", ""))
    paths = [one.get("d", "") for one in root.iter(f"{SVG}path")]
    assert len(paths) == 4
    assert paths[-1].count("M") == 8  # the dots of Braille
