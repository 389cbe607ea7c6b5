"""Whether a file on this machine is fit to be sent: its errors and secrets, counted by rule."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.text.text import one_line, plural
from tui.services.datasets.local_files import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from tui.core.checks import Columns, Issue, Severity
    from tui.core.formats.foreign import Foreign
    from tui.services.datasets.local_files import Rows

# A validation file may be small.
SMALL = frozenset({"few-examples", "too-few-examples"})
_NAMED = 3


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What the checks say of a file. `size` in bytes; `by_rule` counts problems by rule id.

    `first_error` is the error that stands first in the file, or None. `foreign` is the other
    format of the first line that is of one, or of the file as a whole.
    """

    path: Path
    size: int
    examples: int
    by_rule: Counter[str]
    first_error: Issue | None
    foreign: Foreign | None = None

    def count(self, severity: Severity) -> int:
        """Return how many problems are of a severity."""
        from tui.core.checks import RULES

        return sum(n for rule, n in self.by_rule.items() if RULES[rule].severity == severity)

    def warning_words(self, without: frozenset[str] = frozenset()) -> str:
        """Return how many warnings there are, and the commonest; "" without any.

        Those of the rules `without` do not count. Secrets are told by themselves. Too few
        examples to train on are a warning as long as nobody says whether the file is to train
        or to validate.
        """
        from tui.core.checks import RULES

        told = [
            (count, RULES[rule])
            for rule, count in (self.by_rule - self.secrets).most_common()
            if rule not in without and (RULES[rule].severity == "warning" or rule in SMALL)
        ]
        if not told:
            return ""
        said = [f"{count:,} × {rule.title}" for count, rule in told]
        named = ", ".join([*said[:_NAMED], "…"] if len(said) > _NAMED else said)
        return f"{plural(sum(count for count, _ in told), 'warning')}: {named}"

    def forgiven(self, methods: Collection[str]) -> frozenset[str]:
        """Return the rules that do not count, for a provider that trains by these methods."""
        from tui.core.checks.reinforcement import GRADED

        meant = "reinforcement" in methods and self.by_rule["reinforcement-data"]
        return GRADED if meant else frozenset()

    def error_words(self, without: frozenset[str] = frozenset()) -> str:
        """Return how many errors there are, and the first of them; "" when there are none.

        Those of the rules `without` do not count.
        """
        from tui.core.checks import RULES

        errors = self.count("error") - sum(
            self.by_rule[rule] for rule in without if RULES[rule].severity == "error"
        )
        if not errors:
            return ""
        if self.foreign is not None:
            lines = self.by_rule["foreign-format"]
            if not lines:  # an array of them: its lines are no examples
                return self._foreign_words(self.foreign, lines)
            others = errors - lines
            also = f", and {plural(others, 'error')}" if others else ""
            return f"{self._foreign_words(self.foreign, lines)}{also}"
        text = f"{one_line(self.path.name, 40)} has {plural(errors, 'error')}"
        first = self.first_error
        if first is None or first.rule in without:
            return text
        where = f" in line {first.line:,}" if first.line else ""
        return f"{text}, the first{where}: {one_line(first.message, 300)}"

    def _foreign_words(self, found: Foreign, lines: int) -> str:
        name, look = one_line(self.path.name, 40), "look" if lines > 1 else "looks"
        what = f"{plural(lines, 'line')} of {name}" if lines else name
        command = found.command(str(self.path), mixed=lines > 0 and self.examples > 0)
        return f"{what} {look} like {found.words}: `{command}`"

    @property
    def secrets(self) -> Counter[str]:
        """Keys, tokens and numbers that should not leave the machine, by rule id."""
        from tui.core.fixes.gate import is_secret

        return Counter({rule: n for rule, n in self.by_rule.items() if is_secret(rule)})


async def verdict_of(
    path: Path, on_progress: Callable[[int, int], None] = lambda _done, _of: None
) -> FileVerdict:
    """Check a whole file, in processes of their own when it is large.

    `on_progress(lines done, of)` is called on the loop. Raises InputError when it cannot be
    read.
    """
    from tui.services.checks.file_check import FileCheck

    async with reading(path) as rows:
        check = FileCheck(rows.source)
        check.on_progress = on_progress
        try:
            await check.run()
        finally:
            check.stop()
        return await asyncio.to_thread(_verdict, path, rows, check.columns)


def _verdict(path: Path, rows: Rows, columns: Columns) -> FileVerdict:
    from tui.core.checks import RULES, FileFacts, check_row, traits_of
    from tui.core.checks.registry import issue
    from tui.core.checks.report_columns import KINDS, is_example
    from tui.core.checks.run import WHOLE_DAMAGE, findings_of_file
    from tui.core.fixes.whole import other_format
    from tui.core.formats.foreign import foreign_line

    source = rows.source
    size, ended = source.identity.size, source.ends_with_newline
    facts = FileFacts(path.name, size, source.head, ended, traits_of(rows))
    names = [*RULES]
    wrong = {n for n, rule in enumerate(RULES.values()) if rule.severity == "error"}
    by_rule: Counter[str] = Counter()
    for sign, times in Counter(columns.signs).items():
        for number in columns.signatures[sign]:
            by_rule[names[number]] += times
    errors: list[Issue] = []
    for rule, findings in findings_of_file(columns, facts):
        found = list(findings)
        by_rule.update({rule.id: len(found)} if found else {})
        errors += [issue(rule, one, one.line) for one in found[:1] if rule.severity == "error"]
    if (line := _first(columns, wrong)) is not None:
        report = check_row(line + 1, rows[line])
        errors += [one for one in report.issues if one.severity == "error"][:1]
    kinds = columns.kinds
    examples = sum(kinds.count(kind) for kind in range(len(KINDS)) if is_example(kind))
    first = min(errors, key=lambda one: one.line, default=None)
    foreign = None
    if (line := _first(columns, [names.index("foreign-format")])) is not None:
        foreign = foreign_line(rows[line])
    elif first is not None and first.rule in WHOLE_DAMAGE:
        foreign = other_format(source.head)
    return FileVerdict(path, source.identity.size, examples, by_rule, first, foreign)


def _first(columns: Columns, wrong: Iterable[int]) -> int | None:
    """Return the first line (0-based) in which one of the rules, by number, found something."""
    rules = {*wrong}
    signs = {n for n, signature in enumerate(columns.signatures) if rules & {*signature}}
    return next((at for at, sign in enumerate(columns.signs) if sign in signs), None)
