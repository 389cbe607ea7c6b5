"""What a check finds, and the registry of rules.

A rule is one small function that is given a subject and returns findings; what is fixed about
it (id, severity, wording) stands in its `Rule`. There are three kinds of subject, and so of
rules: a line that is no JSON object, an example, and the file as a whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from tui.core.checks.alike import Alike
from tui.core.checks.sample_stats import Traits

if TYPE_CHECKING:
    from array import array

    from tui.core.dataset.example import Kind, Place

Severity = Literal["error", "warning", "info"]
Scope = Literal["line", "row", "file"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: an error is what the server would refuse, or what makes training void."""

    id: str
    severity: Severity
    title: str
    explanation: str
    fixable: bool
    scope: Scope


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
    """What a rule's function returns: an issue without what its `Rule` already says."""

    message: str
    where: str = ""
    place: Place | None = None
    line: int = 0  # only file rules set it


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

    `content` and `answer` are those of `Fingerprints`, `prompt` is the `choice` there.
    """

    kind: Kind | Literal["blank", "broken"]
    messages: int = 0
    content: bytes = b""
    prompt: bytes = b""
    answer: bytes = b""
    system: bytes = b""
    trains: bool = False
    preferred_longer: bool | None = None


@dataclass(frozen=True, slots=True)
class RowReport:
    """The issues of one line and its facts."""

    issues: tuple[Issue, ...]
    facts: RowFacts

    def at(self, line: int) -> RowReport:
        """Return the same report for another line number: rows move when others are edited."""
        if not self.issues or self.issues[0].line == line:
            return self
        return RowReport(tuple(replace(issue, line=line) for issue in self.issues), self.facts)


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
    sample: Traits = field(default_factory=Traits)
    alike: Alike = field(default_factory=Alike)
    wants_bom: bool = False


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no JSON object, and what the decoder said of it (`column` is 0-based).

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


LineFunction = Callable[[BadLine], Finding | None]
# A rule gets a `Row`, one on the file a `WholeFile`: both are built on this module.
RowFunction = Callable[[Any], Iterable[Finding]]
Gate = Callable[[Any], bool]
Count = Callable[[Any], int]
FileFunction = Callable[[Any], Iterable[Finding]]

RULES: dict[str, Rule] = {}
LINE_RULES: list[tuple[Rule, LineFunction]] = []
# By the gate that says whether an example can have what the rules are about at all: most
# examples have no tools and no images, and asking once is cheaper than asking in each rule.
ROW_RULES: dict[Gate, list[tuple[Rule, RowFunction]]] = {}
CLOSED_TO_TIDY: set[Gate] = set()
# For rules that find much: how many findings there are, without making them.
COUNTS: dict[str, Count] = {}
FILE_RULES: list[tuple[Rule, FileFunction]] = []


def line_rule(
    rule_id: str, severity: Severity, title: str, explanation: str, *, fixable: bool = False
) -> Callable[[LineFunction], LineFunction]:
    """Register a rule on lines that are no JSON object. The first that finds something wins."""
    rule = _register(Rule(rule_id, severity, title, explanation, fixable, "line"))

    def keep(function: LineFunction) -> LineFunction:
        LINE_RULES.append((rule, function))
        return function

    return keep


def always(_row: object) -> bool:
    """Let every example through: the gate of rules that concern all."""
    return True


def closed_to_tidy(gate: Gate) -> Gate:
    """Mark a gate that lets no tidy chat through (see `Row.tidy`): it need not be asked then."""
    CLOSED_TO_TIDY.add(gate)
    return gate


def row_rule(
    rule_id: str,
    severity: Severity,
    title: str,
    explanation: str,
    *,
    fixable: bool = False,
    gate: Gate = always,
    count: Count | None = None,
) -> Callable[[RowFunction], RowFunction]:
    """Register a rule on those single examples that `gate` lets through.

    `count` says how many findings the function would return.
    """
    rule = _register(Rule(rule_id, severity, title, explanation, fixable, "row"))
    if count is not None:
        COUNTS[rule_id] = count

    def keep(function: RowFunction) -> RowFunction:
        ROW_RULES.setdefault(gate, []).append((rule, function))
        return function

    return keep


def file_rule(
    rule_id: str, severity: Severity, title: str, explanation: str, *, fixable: bool = False
) -> Callable[[FileFunction], FileFunction]:
    """Register a rule on the file as a whole."""
    rule = _register(Rule(rule_id, severity, title, explanation, fixable, "file"))

    def keep(function: FileFunction) -> FileFunction:
        FILE_RULES.append((rule, function))
        return function

    return keep


def _register(rule: Rule) -> Rule:
    if rule.id in RULES:
        raise ValueError(f"two rules are called {rule.id}")
    RULES[rule.id] = rule
    return rule


def told_of_foreign(rule: str) -> bool:
    """Whether a rule speaks of an example of another format: what it is, and what it gives away."""
    return rule in {"foreign-format", "unknown-format", "duplicate-key"} or rule.startswith(
        ("secret-", "personal-")
    )


def issue(rule: Rule, finding: Finding, line: int) -> Issue:
    """Join a rule and what it found."""
    return Issue(
        line, rule.id, rule.severity, finding.where, finding.message, rule.fixable, finding.place
    )
