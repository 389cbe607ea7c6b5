"""How far an import has come, kept on disk until it is done or left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.core.formats.columns import PARTS, Columns
from tui.core.formats.row_reader import ReadOptions
from tui.core.formats.verdicts import BadWhere
from tui.core.provider.parsing import as_map, as_text

STEPS = ("format", "columns", "rows")  # what is asked; else the preview is shown


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen about an import: the format, what the columns hold, and which rows."""

    format: str
    columns: Columns
    options: ReadOptions

    def as_json(self) -> dict[str, Any]:
        """Return what `parse` reads."""
        options = self.options
        return {
            "format": self.format,
            "columns": columns_json(self.columns),
            "without": sorted(options.without),
            "empty_prompt": options.empty_prompt,
            "pairs": options.pairs,
            "bad": [*map(str, options.bad)],
            "answers_by": sorted(options.answers_by),
        }

    @classmethod
    def parse(cls, raw: object) -> Choices | None:
        """Return what was chosen, None where nothing was. Anybody may have written it."""
        kept = as_map(raw)
        if (name := as_text(kept.get("format"))) is None:
            return None
        try:
            bad = tuple(map(BadWhere.parse, _texts(kept.get("bad"))))
        except ValueError:
            bad = ()
        options = ReadOptions(
            frozenset(_texts(kept.get("without"))),
            as_text(kept.get("empty_prompt")) or "",
            kept.get("pairs") is True,
            bad,
            frozenset(_texts(kept.get("answers_by"))),
        )
        return cls(name, columns_from(kept.get("columns")), options)


@dataclass(frozen=True, slots=True)
class Begun:
    """An import that is under way: of what, what was chosen, and what is asked now.

    Without choices, who leaves what is asked leaves the import.
    """

    path: Path
    encoding: str = ""
    choices: Choices | None = None
    step: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what `parse` reads."""
        chosen = None if self.choices is None else self.choices.as_json()
        return {
            "path": str(self.path),
            "encoding": self.encoding,
            "chosen": chosen,
            "step": self.step,
        }

    @classmethod
    def parse(cls, raw: object) -> Begun | None:
        """Return the import that was under way, None for none. Anybody may have written it."""
        kept = as_map(raw)
        if not (path := as_text(kept.get("path"))):
            return None
        step, encoding = as_text(kept.get("step")) or "", as_text(kept.get("encoding")) or ""
        chosen = Choices.parse(kept.get("chosen"))
        return cls(Path(path), encoding, chosen, step if step in STEPS else "")


def columns_json(columns: Columns) -> dict[str, list[str]]:
    """Return what `columns_from` reads."""
    return {part: [*names] for part, names in columns.named().items()}


def columns_from(raw: object) -> Columns:
    """Return the columns that are named there."""
    named = as_map(raw)
    return Columns(**{part: tuple(_texts(named.get(part))) for part in PARTS})


def _texts(raw: object) -> list[str]:
    return [one for one in raw if isinstance(one, str)] if isinstance(raw, list) else []
