"""Checking a whole file, line by line, and saying what is wrong with line numbers."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from tui.lab.validation.examples import example_problem, parse, trains

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FEWEST: Final = 10
_SHOWN: Final = 10

Param = Literal["training_file", "validation_file"]


class FileProblem(Exception):  # noqa: N818 - a finding about a file, not a fault of ours
    """A file that cannot be trained on. The text is meant for the user."""

    def __init__(self, message: str, code: str, param: Param) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param


@dataclass(frozen=True, slots=True)
class _Finding:
    line: int
    text: str
    broken: bool  # not even a JSON object


def check_file(path: Path, method: str, param: Param) -> int:
    """How many examples the file has. Raises FileProblem, OSError."""
    findings: list[_Finding] = []
    count, trained = 0, 0
    for number, example, unreadable in _walk(path):
        if example is None:
            findings.append(_Finding(number, unreadable or "", broken=True))
            continue
        problem = example_problem(example, method)
        if problem is not None:
            findings.append(_Finding(number, problem, broken=False))
            continue
        count += 1
        trained += trains(example, method)
    title = "Training" if param == "training_file" else "Validation"
    if findings:
        raise _bad_lines(findings, title, param)
    if count < (FEWEST if param == "training_file" else 1):
        fewest = f"at least {FEWEST} examples" if param == "training_file" else "at least 1 example"
        raise FileProblem(
            f"{title} file has {count} example(s), but must have {fewest}",
            "invalid_n_examples",
            param,
        )
    if not trained:
        raise FileProblem(
            f"{title} file has no assistant message with weight 1: there is nothing to train on",
            "invalid_training_file",
            param,
        )
    return count


def read_examples(path: Path) -> list[dict[str, Any]]:
    """All examples of a file that was checked before. Raises OSError, ValueError."""
    examples = []
    for number, example, problem in _walk(path):
        if example is None:
            raise ValueError(f"line {number} {problem}")
        examples.append(example)
    return examples


def _walk(path: Path) -> Iterator[tuple[int, dict[str, Any] | None, str | None]]:
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            line = raw.removeprefix(BOM_UTF8) if number == 1 else raw
            if line.strip():
                yield number, *parse(line)


def _bad_lines(findings: list[_Finding], title: str, param: Param) -> FileProblem:
    shown = "; ".join(f"Line {one.line}: {one.text}" for one in findings[:_SHOWN])
    more = len(findings) - _SHOWN
    tail = f"; and {more} more" if more > 0 else ""
    broken = any(one.broken for one in findings)
    return FileProblem(
        f"{title} file has {len(findings)} invalid line(s). {shown}{tail}",
        "invalid_file_format" if broken else "invalid_training_file",
        param,
    )
