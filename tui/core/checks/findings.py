"""Plain data of the checks: findings, issues, and the facts of lines and files."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tui.core.checks.whole_file.near_pairs import NearPairs
from tui.core.checks.whole_file.sample_stats import SampleStats

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from tui.core.dataset.example import Kind, Place

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
SEVERITY_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}  # 0 is the worst


@dataclass(frozen=True, slots=True)
class Issue:
    """A problem. `line` is 1-based, 0 is the file as a whole; `where` a JSON path or "".

    `lines` counts the lines that have it, where it is told once for all of them.
    """

    line: int
    rule: str
    severity: Severity
    where: str
    message: str
    fixable: bool
    place: Place | None = None
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule's function returns: an issue without what its `Rule` already says.

    `by_hand`: the rule has a fix, which cannot know here what is meant.
    """

    message: str
    where: str = ""
    place: Place | None = None
    line: int = 0  # only file rules set it
    by_hand: bool = False


class PairFindings:
    """Findings at lines, at most one each, that all say the same of another line.

    There can be as many as lines: so they are two numbers each (0-based, rising `lines`) until
    they are asked for. `text` has {} where the other line's number goes.
    """

    def __init__(self, text: str, lines: array[int], others: array[int]) -> None:
        self.lines = lines
        self._others = others
        self._text = text

    def __len__(self) -> int:
        """Count findings."""
        return len(self.lines)

    def __iter__(self) -> Iterator[Finding]:
        """Yield the findings in order."""
        return (self._finding(at) for at in range(len(self.lines)))

    def before(self, line: int) -> int:
        """Count the findings at lines before a line (1-based)."""
        return bisect_left(self.lines, line - 1)

    def at(self, line: int) -> Finding | None:
        """Return the finding at a line (1-based), if there is one."""
        at = self.before(line)
        found = at < len(self.lines) and self.lines[at] == line - 1
        return self._finding(at) if found else None

    def _finding(self, at: int) -> Finding:
        return Finding(self._text.format(self._others[at] + 1), line=self.lines[at] + 1)


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What the file-wide rules need of one line. Digests are 8 bytes, b"" when there is none.

    `content`, `choice` and `answer` are those of `Fingerprints`.
    """

    kind: Kind | Literal["blank", "broken"]
    messages: int = 0
    content: bytes = b""
    choice: bytes = b""
    answer: bytes = b""
    system: bytes = b""
    trains: bool = False
    preferred_longer: bool | None = None


@dataclass(frozen=True, slots=True)
class RowReport:
    """The issues of one line and its facts."""

    issues: tuple[Issue, ...]
    facts: RowFacts


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What only the file itself shows: `size` in bytes, `head` its first 64 kB.

    `sample` says what answers spread over the file are like, `alike` what a search found,
    `wants_bom` whether the provider it is for asks for a byte order mark.
    """

    name: str
    size: int
    head: bytes
    ends_with_newline: bool
    sample: SampleStats = field(default_factory=SampleStats)
    alike: NearPairs = field(default_factory=NearPairs)
    wants_bom: bool = False


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not a JSON object, and what the decoder said of it (`column` is 0-based).

    `value` is what was decoded when the line is JSON, only not an object; else `reason` is set.
    """

    data: bytes
    text: str
    reason: str
    column: int
    value: Any = None

    @property
    def rest(self) -> str:
        """The text from the place where the decoder stopped."""
        return self.text[self.column :]
